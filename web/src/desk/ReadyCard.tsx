import { Button } from '@mantine/core';
import { IconCircleCheck, IconCoffee, IconHeadset } from '@tabler/icons-react';

import { desk as commands } from '../api/commands';
import type { PastContact } from '../api/types';
import { ariaKeys, keysOf } from '../app/shortcuts';
import { unlock } from '../audio/output';
import { useT } from '../i18n';
import { clock, isSameDay, list, number } from '../i18n/format';
import { serverNow } from '../live/clock';
import { Section } from '../ui/Section';
import { Timer } from '../ui/Timer';
import classes from './cards.module.css';
import { isActive } from './controls';
import { DeviceCheck } from './DeviceCheck';
import { useDesk } from './DeskContext';
import { useHistory } from './useHistory';
import { stateWords } from './words';

/** Between calls: am I ready, what waits, how has today been. */
export function ReadyCard() {
  const t = useT();
  const { view, state, controls, run, sending, isDeviceReady } = useDesk();
  const isAvailable = state.under === 'available';
  const needsCheck = !isDeviceReady;
  const names = view.queues.map((queue) => queue.name);
  const { data } = useHistory(null);
  const today = (data ?? []).filter((past) => isSameDay(past.arrived_ms, serverNow()));

  const goAvailable = () => {
    void unlock();
    void run('state', () => commands.setState({ state: 'available' }));
  };
  const title = isAvailable ? t('ready.available', { queues: list(names) }) : stateWords(view, state.under);

  return (
    <div className="stack">
      <section className="card stack" aria-labelledby="ready">
        <div className="spread wrap">
          <h1 id="ready" className="row">
            {isAvailable ? <IconCircleCheck size={20} stroke={1.75} aria-hidden /> : <IconCoffee size={20} stroke={1.75} aria-hidden />}
            {title}
          </h1>
          {controls.available.cell !== 'now' && (
            <Button
              variant="filled"
              leftSection={<IconCircleCheck size={20} stroke={1.75} aria-hidden />}
              onClick={goAvailable}
              disabled={!isActive(controls.available)}
              loading={sending === 'state'}
              aria-keyshortcuts={ariaKeys('available')}
              title={controls.available.reason ? t(controls.available.reason) : keysOf('available')}
              aria-describedby={controls.available.reason ? 'ready-why' : undefined}
            >
              {t('ready.go')}
            </Button>
          )}
        </div>
        {controls.available.reason && (
          <p id="ready-why" className="dim">
            {t(controls.available.reason)}
          </p>
        )}
        {isAvailable && today.length === 0 && <p className="dim">{t('ready.no_calls')}</p>}
        {needsCheck ? (
          <DeviceCheck />
        ) : (
          <p className="row dim">
            <IconHeadset size={20} stroke={1.75} aria-hidden />
            {t(view.device === 'sip_phone' ? 'ready.phone' : 'ready.devices_ok')}
          </p>
        )}
      </section>
      <Today today={today} />
      <Queues />
    </div>
  );
}

function Today({ today }: { today: PastContact[] }) {
  const t = useT();
  const handled = today.filter((past) => past.talk_ms > 0);
  const talked = handled.reduce((sum, past) => sum + past.talk_ms, 0);
  const figures: [string, string][] = [
    [t('today.answered'), number(handled.length)],
    [t('today.missed'), number(today.filter((past) => past.outcome === 'missed').length)],
    [t('today.talk'), handled.length > 0 ? clock(talked / handled.length) : t('none')],
  ];
  return (
    <Section title={t('today.title')}>
      <dl className={classes.figures}>
        {figures.map(([name, value]) => (
          <div key={name} className={classes.figure}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

function Queues() {
  const t = useT();
  const { view } = useDesk();
  if (view.queues.length === 0) return null;
  return (
    <Section title={t('queues.mine')}>
      <table className={classes.queues}>
        <thead>
          <tr>
            <th scope="col">{t('queue')}</th>
            <th scope="col">{t('queues.waiting')}</th>
            <th scope="col">{t('queues.longest')}</th>
          </tr>
        </thead>
        <tbody>
          {view.queues.map((queue) => (
            <tr key={queue.id}>
              <th scope="row">{queue.name}</th>
              <td className="num">{number(queue.waiting)}</td>
              <td>{queue.longest_since_ms ? <Timer since={queue.longest_since_ms} /> : t('none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  );
}
