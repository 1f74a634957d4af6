import { Button } from '@mantine/core';
import { IconBellX, IconCircleCheck } from '@tabler/icons-react';

import { desk as commands } from '../api/commands';
import { ariaKeys, keysOf } from '../app/shortcuts';
import { unlock } from '../audio/output';
import { useT, type MessageId } from '../i18n';
import { customer, timeOfDay } from '../i18n/format';
import { phone } from '../i18n/phone';
import classes from './cards.module.css';
import { isActive } from './controls';
import { DeviceCheck } from './DeviceCheck';
import { useDesk } from './DeskContext';
import { useHistory } from './useHistory';

const WHY: Record<string, MessageId> = {
  declined: 'missed.declined',
  microphone: 'missed.microphone',
  lost_connection: 'missed.lost',
  phone: 'missed.phone',
};

/** A call that was not answered: who, which queue, why; and back by one click. */
export function MissedCard() {
  const t = useT();
  const { view, controls, run, sending } = useDesk();
  const { data } = useHistory(view.state.since_ms.toString());
  const missed = data?.find((past) => past.outcome === 'missed');
  const why = WHY[view.state.code ?? ''] ?? 'missed.not_answered';
  const who = missed && (missed.customer_name ? customer(missed.customer_name) : phone(missed.ani));

  return (
    <section className={`card stack ${classes.missed}`} aria-labelledby="missed">
      <div className="spread wrap">
        <h1 id="missed" className="row">
          <IconBellX size={20} stroke={1.75} aria-hidden />
          {t('missed.title', { time: timeOfDay(view.state.since_ms) })}
        </h1>
        <Button
          variant="filled"
          leftSection={<IconCircleCheck size={20} stroke={1.75} aria-hidden />}
          onClick={() => {
            void unlock();
            void run('state', () => commands.setState({ state: 'available' }));
          }}
          disabled={!isActive(controls.available)}
          loading={sending === 'state'}
          aria-keyshortcuts={ariaKeys('available')}
          title={controls.available.reason ? t(controls.available.reason) : keysOf('available')}
        >
          {t('ready.go')}
        </Button>
      </div>
      <div className={classes.facts}>
        {missed && <p>{[who, missed.queue].filter(Boolean).join(' · ')}</p>}
        <p>{t(why)}</p>
      </div>
      {controls.available.reason === 'why.device_not_checked' && <DeviceCheck />}
    </section>
  );
}
