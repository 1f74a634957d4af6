import { Button } from '@mantine/core';
import { IconArrowsExchange, IconBellRinging, IconPhoneCall, IconPhoneOff, IconPlayerPause, IconUserMinus, type Icon } from '@tabler/icons-react';
import type { ReactNode } from 'react';

import { call } from '../api/commands';
import type { LegState, Party } from '../api/types';
import { ariaKeys, keysOf, useShortcut } from '../app/shortcuts';
import { useT, type MessageId } from '../i18n';
import { customer } from '../i18n/format';
import { phone } from '../i18n/phone';
import { Timer } from '../ui/Timer';
import { isActive } from './controls';
import { useContact } from './DeskContext';
import classes from './LegCards.module.css';
import { present } from './state';

const STATES: Record<LegState, { word: MessageId; icon: Icon }> = {
  ringing: { word: 'leg.ringing', icon: IconBellRinging },
  talking: { word: 'leg.talking', icon: IconPhoneCall },
  on_hold: { word: 'leg.on_hold', icon: IconPlayerPause },
  gone: { word: 'leg.gone', icon: IconPhoneOff },
};
const KINDS: Record<Party['kind'], MessageId> = {
  caller: 'leg.caller',
  agent: 'leg.agent',
  number: 'leg.number',
  queue: 'leg.queue',
};

/** One party with its own state: hold is of a leg, not of a call. */
function LegCard({ party, children }: { party: Party; children?: ReactNode }) {
  const t = useT();
  const { word, icon: Picture } = STATES[party.state];
  const name = party.kind === 'caller' ? customer(party.name) : party.name;
  return (
    <li className={classes.card} data-leg={party.state}>
      <div className={classes.who}>
        <p className="meta">{t(KINDS[party.kind])}</p>
        <p className={classes.name}>{/^\+?\d+$/.test(name) ? phone(name) : name}</p>
      </div>
      <p className={classes.state}>
        <Picture size={16} stroke={1.75} aria-hidden />
        {t(word)} <Timer since={party.since_ms} />
      </p>
      {children && <div className={classes.actions}>{children}</div>}
    </li>
  );
}

/** The caller's leg and that of the one who is consulted, side by side. */
export function ConsultLegs() {
  const t = useT();
  const { contact, controls, run, sending } = useContact();
  const { consult, id } = contact;
  const swap = () => void run('swap', () => call.swap(id));
  const end = () => void run('end_consult', () => call.endConsult(id));
  useShortcut('swap', swap, isActive(controls.swap));
  useShortcut('end_consult', end, isActive(controls.end_consult));
  const caller = contact.parties.find((party) => party.kind === 'caller');
  if (!consult) return null;

  return (
    <ul className={classes.legs} aria-label={t('legs')}>
      {caller && <LegCard party={caller} />}
      <LegCard party={consult.party}>
        <Button
          size="xs"
          leftSection={<IconArrowsExchange size={16} stroke={1.75} aria-hidden />}
          onClick={swap}
          disabled={!isActive(controls.swap)}
          loading={sending === 'swap'}
          title={controls.swap.reason ? t(controls.swap.reason) : keysOf('swap')}
          aria-keyshortcuts={ariaKeys('swap')}
        >
          {t('consult.swap')}
        </Button>
        <Button
          size="xs"
          leftSection={<IconPhoneOff size={16} stroke={1.75} aria-hidden />}
          onClick={end}
          disabled={!isActive(controls.end_consult)}
          loading={sending === 'end_consult'}
          title={controls.end_consult.reason ? t(controls.end_consult.reason) : keysOf('end_consult')}
          aria-keyshortcuts={ariaKeys('end_consult')}
        >
          {t('consult.end')}
        </Button>
      </LegCard>
    </ul>
  );
}

/** Everybody in the conference; each but the caller can be let go. */
export function ConferenceParties() {
  const t = useT();
  const { contact, run, state, sending } = useContact();
  return (
    <ul className={classes.legs} aria-label={t('conference.parties')}>
      {present(contact).map((party) => (
        <LegCard key={party.id} party={party}>
          {party.kind !== 'caller' && (
            <Button
              size="xs"
              leftSection={<IconUserMinus size={16} stroke={1.75} aria-hidden />}
              disabled={state.column === 'lost'}
              loading={sending === `drop-${party.id}`}
              aria-label={t('conference.drop_who', { name: party.name })}
              onClick={() => void run(`drop-${party.id}`, () => call.drop(contact.id, party.id))}
            >
              {t('conference.drop')}
            </Button>
          )}
        </LegCard>
      ))}
    </ul>
  );
}
