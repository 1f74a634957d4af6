import { IconPlayerPause } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import { play } from '../audio/tones';
import { useT } from '../i18n';
import { clock } from '../i18n/format';
import { useNow } from '../live/useNow';
import { announce } from '../ui/announce';
import { useContact } from './DeskContext';
import classes from './HoldBar.module.css';

const REMINDER_MS = 60_000;

/** How long the caller has been listening to music; a tone reminds each minute. */
export function HoldBar() {
  const t = useT();
  const { contact } = useContact();
  const now = useNow();
  const caller = contact.parties.find((party) => party.kind === 'caller');
  const since = caller?.since_ms ?? now;
  const minutes = Math.floor((now - since) / REMINDER_MS);
  const reminded = useRef(minutes);

  useEffect(() => {
    if (minutes <= reminded.current) return;
    reminded.current = minutes;
    play('hold_long');
    announce(t('hold.reminder', { minutes }));
  }, [minutes, t]);

  return (
    <p className={classes.bar}>
      <IconPlayerPause size={20} stroke={1.75} aria-hidden />
      <span>{t('hold.bar')}</span>
      <strong className="num">{clock(now - since)}</strong>
    </p>
  );
}
