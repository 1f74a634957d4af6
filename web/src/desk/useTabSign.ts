import { useEffect } from 'react';

import { t, useT } from '../i18n';
import { customer } from '../i18n/format';
import { phone } from '../i18n/phone';
import { onBeat, serverNow } from '../live/clock';
import type { Desk } from './DeskContext';
import { numberOf } from './state';
import { sign, stateWords } from './words';

/** The tab's title and sign: the state, and while it rings who and how long. No blinking. */
export function useTabSign({ view, state }: Desk): void {
  useT();
  const contact = view.contact;
  const words = stateWords(view, state.column);
  const { look } = sign(state.column);
  const who = contact ? (contact.customer_name ? customer(contact.customer_name) : phone(numberOf(contact))) : '';
  const until = state.under === 'offered' ? (contact?.ring_until_ms ?? null) : null;

  useEffect(() => {
    document.querySelector('link[rel="icon"]')?.setAttribute('href', `/favicon/${look}.svg`);
  }, [look]);

  useEffect(() => {
    const show = () => {
      const title = until === null ? [words, who].filter(Boolean).join(' - ') : t('title.ringing', { seconds: Math.max(0, Math.ceil((until - serverNow()) / 1000)), who });
      if (document.title !== title) document.title = title;
    };
    show();
    return onBeat(show);
  }, [until, who, words]);
}
