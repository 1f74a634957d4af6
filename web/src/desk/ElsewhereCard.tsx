import { Button } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';

import type { Elsewhere } from '../api/types';
import { useT } from '../i18n';
import { clock, timeOfDay } from '../i18n/format';
import { useNow } from '../live/useNow';
import classes from './cards.module.css';

interface Props {
  elsewhere: Elsewhere;
  onUse: () => void;
  onKeep: () => void;
}

/** The agent is signed in at another desktop: which one is to be kept. */
export function ElsewhereCard({ elsewhere, onUse, onKeep }: Props) {
  const t = useT();
  const now = useNow();
  const talking = elsewhere.talking_since_ms;
  return (
    <section className={`card ${classes.center}`} aria-labelledby="elsewhere">
      <IconDevices size={28} stroke={1.5} aria-hidden />
      <h1 id="elsewhere">{t('elsewhere.title')}</h1>
      <p>
        {talking
          ? t('elsewhere.talking', { where: elsewhere.label, time: timeOfDay(elsewhere.since_ms), talk: clock(now - talking) })
          : t('elsewhere.since', { where: elsewhere.label, time: timeOfDay(elsewhere.since_ms) })}
      </p>
      <p className="dim">{t(talking ? 'elsewhere.call_comes' : 'elsewhere.signs_out')}</p>
      <div className="row wrap">
        <Button variant="filled" onClick={onUse}>
          {t('elsewhere.use')}
        </Button>
        <Button onClick={onKeep}>{t('elsewhere.keep')}</Button>
      </div>
    </section>
  );
}
