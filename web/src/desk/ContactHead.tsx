import { Button } from '@mantine/core';
import { IconCircleDot, IconExternalLink, IconPlayerPause, IconPointFilled } from '@tabler/icons-react';

import { useT, type MessageId } from '../i18n';
import { clock, customer } from '../i18n/format';
import { phone, isNumber } from '../i18n/phone';
import { CopyButton } from '../ui/CopyButton';
import { Timer } from '../ui/Timer';
import classes from './ContactHead.module.css';
import { useContact } from './DeskContext';
import { openByHand } from './pops';
import { numberOf } from './state';

/** Who it is, over which number and queue, and how long they have talked. */
export function ContactHead() {
  const t = useT();
  const { contact } = useContact();
  const caller = contact.parties.find((party) => party.kind === 'caller');
  const name = contact.customer_name;
  const places = [contact.queue?.name ?? contact.entry_point, phone(contact.dnis)].filter(Boolean);
  const { pop } = contact;

  return (
    <header className={`card ${classes.head}`}>
      <div className={classes.who}>
        {contact.customer_name_reading && <p className="meta">{contact.customer_name_reading}</p>}
        <h1 className={classes.name}>{name ? customer(name) : phone(numberOf(contact))}</h1>
        <p className={classes.places}>
          {name && <span className="num">{phone(numberOf(contact))}</span>}
          {isNumber(numberOf(contact)) && <CopyButton text={numberOf(contact)} what={t('number')} />}
          {places.map((place) => (
            <span key={place} className={classes.place}>
              {place}
            </span>
          ))}
        </p>
      </div>
      <div className={classes.times}>
        <p className={classes.talk}>
          <span className="meta">{t(timeWord(contact.phase))}</span> <Talk />
        </p>
        {caller?.state === 'on_hold' && contact.phase !== 'wrap_up' && (
          <p className={classes.hold}>
            <IconPlayerPause size={16} stroke={1.75} aria-hidden />
            {t('head.on_hold')} <Timer since={caller.since_ms} />
          </p>
        )}
        {contact.phase !== 'wrap_up' && <Recording />}
      </div>
      {pop && (
        <div className={classes.pop}>
          <Button size="xs" leftSection={<IconExternalLink size={16} stroke={1.75} aria-hidden />} onClick={() => openByHand(pop)}>
            {t('pop.open')}
          </Button>
          {pop.outcome === 'blocked' && <span className={classes.warning}>{t('pop.blocked')}</span>}
          {pop.outcome === 'not_frameable' && <span className={classes.warning}>{t('pop.not_frameable')}</span>}
          {pop.from_defaults.length > 0 && <span className={classes.warning}>{t('pop.from_defaults', { names: pop.from_defaults.join(', ') })}</span>}
        </div>
      )}
    </header>
  );
}

function timeWord(phase: string): MessageId {
  if (phase === 'dialling') return 'head.ringing';
  return phase === 'wrap_up' ? 'head.talked' : 'head.talk';
}

function Talk() {
  const { contact } = useContact();
  const began = contact.answered_ms ?? contact.offered_ms;
  if (contact.ended_ms) return <span className="num">{clock(contact.ended_ms - began)}</span>;
  return <Timer since={began} />;
}

/** Recorded, or paused; nothing where nothing is recorded. */
function Recording() {
  const t = useT();
  const { contact } = useContact();
  const isPaused = contact.is_recording_paused;
  if (isPaused === null || isPaused === undefined) return null;
  const Icon = isPaused ? IconCircleDot : IconPointFilled;
  return (
    <p className={classes.recording} data-paused={isPaused || undefined}>
      <Icon size={16} stroke={1.75} aria-hidden />
      {t(isPaused ? 'recording.paused' : 'recording.on')}
    </p>
  );
}
