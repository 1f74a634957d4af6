import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';

import { problemText } from '../api/problems';
import { useT } from '../i18n';
import classes from './states.module.css';

/** What a part of the page says that could not be loaded; the rest of the page goes on. */
export function ErrorState({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  const t = useT();
  return (
    <div className={classes.state} role="alert">
      <IconAlertTriangle size={28} stroke={1.5} aria-hidden className={classes.bad} />
      <p className={classes.title}>{what}</p>
      <p className="dim">{problemText(error)}</p>
      <Button size="xs" onClick={retry}>
        {t('retry')}
      </Button>
    </div>
  );
}
