import { Button } from '@mantine/core';
import { IconEye, IconEyeOff } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import { call } from '../api/commands';
import { useT } from '../i18n';
import { useDesk } from './DeskContext';
import classes from './Field.module.css';

/** A value that was asked for goes from the page after so long. */
const SHOWN_MS = 30_000;
const MASK = '••••••';

/** A value that is asked for by itself, shown for a moment, and kept nowhere. */
export function SecureValue({ contact, name }: { contact: string; name: string }) {
  const t = useT();
  const { run, state } = useDesk();
  const [value, setValue] = useState<string | null>(null);

  useEffect(() => {
    if (value === null) return undefined;
    const timer = setTimeout(() => setValue(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [value]);

  const toggle = () => {
    if (value !== null) setValue(null);
    else void run('secure', async () => setValue((await call.secureValue(contact, name)).value));
  };
  const Icon = value === null ? IconEye : IconEyeOff;
  return (
    <span className={classes.secure}>
      <span className="num">{value === null ? MASK : value || t('none')}</span>
      <Button size="compact-xs" leftSection={<Icon size={16} stroke={1.75} aria-hidden />} onClick={toggle} disabled={state.column === 'lost'}>
        {t(value === null ? 'secure.show' : 'secure.hide')}
      </Button>
    </span>
  );
}
