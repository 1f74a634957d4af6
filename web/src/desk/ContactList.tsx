import { Skeleton } from '@mantine/core';

import { useT } from '../i18n';
import { customer, isSameDay } from '../i18n/format';
import { phone } from '../i18n/phone';
import { serverNow } from '../live/clock';
import { ErrorState } from '../ui/ErrorState';
import { Timer } from '../ui/Timer';
import classes from './ContactList.module.css';
import { useDesk } from './DeskContext';
import { PastRow } from './PastRow';
import { numberOf } from './state';
import { useHistory } from './useHistory';
import { sign } from './words';

/** Now: the contact and whom one consults. Recent: today's, to be read. */
export function ContactList() {
  const t = useT();
  const { view } = useDesk();
  const { contact } = view;
  const { data, error, isPending, refetch } = useHistory(contact?.id ?? null);
  const today = (data ?? []).filter((past) => isSameDay(past.arrived_ms, serverNow()) && past.id !== contact?.id);

  return (
    <div className={classes.list}>
      <section aria-labelledby="list-now">
        <h2 id="list-now" className={classes.title}>
          {t('list.now')}
        </h2>
        {contact ? <Now /> : <p className={classes.none}>{t('list.nobody')}</p>}
      </section>
      <section aria-labelledby="list-recent" className={classes.recent}>
        <h2 id="list-recent" className={classes.title}>
          {t('list.recent')}
        </h2>
        {error && !data ? (
          <ErrorState what={t('history.failed')} error={error} retry={() => void refetch()} />
        ) : isPending ? (
          <Bones />
        ) : today.length === 0 ? (
          <p className={classes.none}>{t('list.none_today')}</p>
        ) : (
          <ul>
            {today.map((past) => (
              <PastRow key={past.id} past={past} />
            ))}
          </ul>
        )}
      </section>
    </div>
  );
}

function Now() {
  const { view, state } = useDesk();
  const { contact } = view;
  if (!contact) return null;
  const { look } = sign(state.under);
  return (
    <ul className={classes.now}>
      <li className={classes.current} data-look={look} aria-current="true">
        <span className={classes.name}>{contact.customer_name ? customer(contact.customer_name) : phone(numberOf(contact))}</span>
        <Timer since={contact.answered_ms ?? contact.offered_ms} />
        <span className="meta">{contact.queue?.name ?? contact.entry_point}</span>
      </li>
      {contact.consult && (
        <li className={classes.leg} data-leg>
          <span>{contact.consult.party.name}</span>
          <Timer since={contact.consult.began_ms} />
        </li>
      )}
    </ul>
  );
}

function Bones() {
  return (
    <div className="stack" aria-hidden>
      <Skeleton height={36} radius={8} />
      <Skeleton height={36} radius={8} />
      <Skeleton height={36} radius={8} />
    </div>
  );
}
