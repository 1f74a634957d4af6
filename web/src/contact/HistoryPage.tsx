import { useInfiniteQuery } from '@tanstack/react-query';

import { request } from '../api/client';
import type { PastContact } from '../api/types';
import { useT } from '../i18n';
import { ContactTable } from './ContactTable';
import classes from './ContactsPage.module.css';
import { useTitle } from '../ui/useTitle';

const PAGE = 50;

/** What this agent has had or missed. */
export default function HistoryPage() {
  const t = useT();
  useTitle(t('page.history'));
  const query = useInfiniteQuery({
    queryKey: ['my-history'],
    queryFn: ({ pageParam }) => request<PastContact[]>('GET', `/desk/history?limit=${PAGE}${pageParam ? `&before_ms=${pageParam}` : ''}`),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.arrived_ms),
  });
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <h1>{t('page.history')}</h1>
      <ContactTable query={query} empty={t('history.none')} />
    </main>
  );
}
