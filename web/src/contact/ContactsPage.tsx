import { Button, TextInput } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState, type FormEvent } from 'react';

import { request } from '../api/client';
import type { PastContact } from '../api/types';
import { useT } from '../i18n';
import { phone, typedNumber } from '../i18n/phone';
import { useStore } from '../ui/store';
import { ContactTable } from './ContactTable';
import { searchedNumber } from './searchedNumber';
import classes from './ContactsPage.module.css';
import { useTitle } from '../ui/useTitle';

const PAGE = 50;

/** Contacts that one may see, the newest first; those of a number by a search. */
export default function ContactsPage() {
  const t = useT();
  const number = useStore(searchedNumber);
  const [typed, setTyped] = useState<{ text: string; for: string | null } | null>(null);
  // A number that the palette looked for comes into the field as well.
  const text = typed?.for === number ? typed.text : (number ?? '');
  useTitle(t('page.contacts'));
  const query = useInfiniteQuery({
    queryKey: ['contacts', number],
    queryFn: ({ pageParam }) => request<PastContact[]>('POST', '/contacts/search', { limit: PAGE, ...(number ? { ani: number } : {}), ...(pageParam ? { before_ms: pageParam } : {}) }),
    initialPageParam: 0,
    getNextPageParam: (last) => (last.length < PAGE ? undefined : last.at(-1)?.arrived_ms),
  });
  const search = (event: FormEvent) => {
    event.preventDefault();
    searchedNumber.set(typedNumber(text) || null);
  };
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <div className="spread wrap">
        <h1>{number ? t('contacts.of', { number: phone(number) }) : t('page.contacts')}</h1>
        <form className="row" role="search" onSubmit={search}>
          <TextInput
            aria-label={t('contacts.search')}
            placeholder={t('contacts.search')}
            leftSection={<IconSearch size={20} stroke={1.75} aria-hidden />}
            type="search"
            inputMode="tel"
            value={text}
            onChange={(event) => setTyped({ text: event.currentTarget.value, for: number })}
          />
          <Button type="submit">{t('contacts.find')}</Button>
        </form>
      </div>
      <ContactTable query={query} empty={number ? t('contacts.none_of', { number: phone(number) }) : t('contacts.none')} />
    </main>
  );
}
