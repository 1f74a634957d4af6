import { Button, Skeleton } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { InfiniteData, UseInfiniteQueryResult } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';

import type { Direction, PastContact } from '../api/types';
import { outcomeWord } from '../desk/PastRow';
import { useT, type MessageId } from '../i18n';
import { clock, customer, dateTime } from '../i18n/format';
import { phone } from '../i18n/phone';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import classes from './ContactsPage.module.css';

const DIRECTIONS: Record<Direction, MessageId> = { inbound: 'direction.inbound', outdial: 'direction.outdial', consult: 'direction.consult' };

/** Contacts as a table; in narrow windows as a list. */
export function ContactTable({ query, empty }: { query: UseInfiniteQueryResult<InfiniteData<PastContact[], unknown>>; empty: string }) {
  const t = useT();
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  if (error && !data) return <ErrorState what={t('history.failed')} error={error} retry={() => void refetch()} />;
  if (isPending) {
    return (
      <div className="stack" aria-busy="true">
        <span className="visually-hidden">{t('loading')}</span>
        {Array.from({ length: 8 }, (_, at) => (
          <Skeleton key={at} height={36} radius={6} />
        ))}
      </div>
    );
  }
  const rows = data?.pages.flat() ?? [];
  if (rows.length === 0) return <EmptyState icon={IconHistory} title={empty} />;
  return (
    <>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('column.time')}</th>
            <th scope="col">{t('column.customer')}</th>
            <th scope="col">{t('column.direction')}</th>
            <th scope="col">{t('queue')}</th>
            <th scope="col">{t('column.outcome')}</th>
            <th scope="col" className={classes.figure}>
              {t('column.talk')}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((past) => (
            <tr key={past.id} data-missed={past.outcome === 'missed' || undefined}>
              <td className="num">{dateTime(past.arrived_ms)}</td>
              <th scope="row">
                <Link to="/contacts/$contactId" params={{ contactId: past.id }}>
                  {past.customer_name ? customer(past.customer_name) : phone(past.ani)}
                </Link>
              </th>
              <td>{t(DIRECTIONS[past.direction])}</td>
              <td>{past.queue ?? t('none')}</td>
              <td className={classes.outcome}>{outcomeWord(past)}</td>
              <td className={`${classes.figure} num`}>{past.talk_ms > 0 ? clock(past.talk_ms) : t('none')}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {hasNextPage && (
        <Button style={{ alignSelf: 'center' }} onClick={() => void fetchNextPage()} loading={isFetchingNextPage}>
          {t('more')}
        </Button>
      )}
    </>
  );
}
