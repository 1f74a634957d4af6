import { Link } from '@tanstack/react-router';

import type { PastContact, PastOutcome } from '../api/types';
import { t, useT, type MessageId } from '../i18n';
import { clock, customer, day, isSameDay, timeOfDay } from '../i18n/format';
import { phone } from '../i18n/phone';
import { serverNow } from '../live/clock';
import classes from './PastRow.module.css';

const OUTCOMES: Record<PastOutcome, MessageId> = {
  handled: 'outcome.handled',
  missed: 'outcome.missed',
  abandoned: 'outcome.abandoned',
  transferred: 'outcome.transferred',
  self_service: 'outcome.self_service',
};

export function outcomeWord(past: PastContact): string {
  if (past.is_live) return t('outcome.live');
  return past.outcome === 'handled' && past.wrap_up ? past.wrap_up : t(OUTCOMES[past.outcome]);
}

/** Today by its time, other days by their date. */
export function when(ms: number): string {
  return isSameDay(ms, serverNow()) ? timeOfDay(ms) : day(ms);
}

/** A contact of the past in a narrow list; a click opens it. */
export function PastRow({ past, hasName = true }: { past: PastContact; hasName?: boolean }) {
  useT();
  const name = past.customer_name ? customer(past.customer_name) : phone(past.ani);
  const title = hasName ? name : outcomeWord(past);
  const facts = hasName ? [past.queue, outcomeWord(past)] : [past.queue, past.agent];
  return (
    <li>
      <Link to="/contacts/$contactId" params={{ contactId: past.id }} className={classes.row} data-missed={(past.outcome === 'missed' && !past.is_live) || undefined}>
        <span className={classes.title}>{title}</span>
        <span className={`${classes.when} num`}>{when(past.arrived_ms)}</span>
        <span className={classes.facts}>{facts.filter(Boolean).join(' · ')}</span>
        <span className={`${classes.when} num`}>{past.talk_ms > 0 ? clock(past.talk_ms) : ''}</span>
      </Link>
    </li>
  );
}
