import { Button } from '@mantine/core';
import { IconPhoneIncoming } from '@tabler/icons-react';
import { useId } from 'react';

import { call } from '../api/commands';
import type { Direction } from '../api/types';
import { ariaKeys, keysOf, useShortcut } from '../app/shortcuts';
import { unlock } from '../audio/output';
import { useT, type MessageId } from '../i18n';
import { clock, customer, number } from '../i18n/format';
import { phone } from '../i18n/phone';
import { useNow } from '../live/useNow';
import { isActive } from './controls';
import { useContact } from './DeskContext';
import classes from './OfferCard.module.css';
import { numberOf } from './state';

const SHOWN_VARIABLES = 3;
const WHAT: Record<Direction, MessageId> = { inbound: 'offer.incoming', outdial: 'direction.outdial', consult: 'offer.consult' };

/** Who calls, for which queue, why, how long they waited, how long it rings: and Answer. */
export function OfferCard() {
  const t = useT();
  const { contact, view, controls, run, sending } = useContact();
  const now = useNow();
  const id = useId();
  const isPhone = view.device === 'sip_phone';

  const answer = () => {
    void unlock();
    void run('answer', () => call.answer(contact.id));
  };
  const decline = () => void run('decline', () => call.decline(contact.id));
  useShortcut('answer', answer, isActive(controls.answer));
  useShortcut('decline', decline, isActive(controls.decline));

  const whole = (contact.ring_until_ms ?? now) - contact.offered_ms;
  const rest = Math.max(0, (contact.ring_until_ms ?? now) - now);
  const seconds = Math.ceil(rest / 1000);
  const shown = contact.variables
    .filter((variable) => variable.pop_over !== null && variable.pop_over !== undefined && !variable.is_secure)
    .sort((a, b) => (a.pop_over ?? 0) - (b.pop_over ?? 0))
    .slice(0, SHOWN_VARIABLES);
  const name = contact.customer_name;

  return (
    <section className={classes.card} aria-labelledby={id}>
      <div className={classes.head}>
        <div className={classes.who}>
          <p className="meta">{t(WHAT[contact.direction], { queue: contact.queue?.name ?? contact.entry_point })}</p>
          {contact.customer_name_reading && <p className="meta">{contact.customer_name_reading}</p>}
          <h2 id={id} className={classes.name}>
            {name ? customer(name) : phone(numberOf(contact))}
          </h2>
          {name && <p className="num">{phone(numberOf(contact))}</p>}
        </div>
        {contact.ring_until_ms !== null && contact.ring_until_ms !== undefined && (
          <p className={classes.left}>
            <span className={`${classes.seconds} num`}>{number(seconds)}</span> <span>{t('offer.seconds_left')}</span>
          </p>
        )}
      </div>
      <div className={classes.bar} aria-hidden>
        <div style={{ transform: `scaleX(${whole > 0 ? rest / whole : 0})` }} />
      </div>
      <dl className={classes.facts}>
        {shown.map((variable) => (
          <div key={variable.name}>
            <dt>{variable.label}</dt>
            <dd className={classes.strong}>{variable.value || t('none')}</dd>
          </div>
        ))}
        <div>
          <dt>{t('offer.waited')}</dt>
          <dd className="num">{clock(contact.waited_ms)}</dd>
        </div>
      </dl>
      <div className={classes.actions}>
        <Button
          variant="filled"
          color="answer"
          className={classes.answer}
          leftSection={<IconPhoneIncoming size={20} stroke={1.75} aria-hidden />}
          disabled={!isActive(controls.answer)}
          loading={sending === 'answer'}
          onClick={answer}
          aria-keyshortcuts={ariaKeys('answer')}
          title={keysOf('answer')}
        >
          {isPhone ? t('offer.pick_up') : t('offer.answer')}
        </Button>
        <Button
          className={classes.decline}
          disabled={!isActive(controls.decline)}
          loading={sending === 'decline'}
          onClick={decline}
          aria-keyshortcuts={ariaKeys('decline')}
          title={keysOf('decline')}
        >
          {t('offer.decline')}
        </Button>
      </div>
    </section>
  );
}
