import { useEffect, useRef } from 'react';

import { play } from '../audio/tones';
import { keysOf } from '../app/shortcuts';
import { t } from '../i18n';
import { customer } from '../i18n/format';
import { phone } from '../i18n/phone';
import { serverNow } from '../live/clock';
import { live } from '../live/desk';
import { useNow } from '../live/useNow';
import { announce, toast } from '../ui/announce';
import type { Desk } from './DeskContext';
import { isOwnEnd } from './ownEnd';
import { numberOf } from './state';
import { stateWords } from './words';

/** Seconds of ringing that are said; a timer that talks each second helps nobody. */
const SAID_S = [10, 5];

/** Says what happens to those who do not see it; never moves the focus. */
export function useAnnouncements({ view, state }: Desk): void {
  const contact = view.contact;
  const isOffered = state.under === 'offered';
  const id = contact?.id ?? null;
  const isGone = Boolean(contact?.is_caller_gone) && !isOwnEnd(id);
  const words = stateWords(view, state.under);
  const before = useRef({ words, isGone, id });
  const now = useNow();
  const seconds = isOffered && contact?.ring_until_ms ? Math.ceil((contact.ring_until_ms - now) / 1000) : null;

  useEffect(() => {
    if (!isOffered || !contact || contact.direction === 'outdial') return;
    const rest = contact.ring_until_ms ? Math.ceil((contact.ring_until_ms - serverNow()) / 1000) : 0;
    const who = contact.customer_name ? customer(contact.customer_name) : phone(numberOf(contact));
    announce(t('offer.said', { who, queue: contact.queue?.name ?? contact.entry_point, seconds: rest, keys: keysOf('answer').replaceAll('+', ' ') }), 'assertive');
  }, [isOffered, id]); // eslint-disable-line react-hooks/exhaustive-deps -- once for each offer

  useEffect(
    () =>
      live.onMessage((message) => {
        if (message.type === 'refused') toast(t('problem.other', { detail: message.text, code: message.code }), 'error');
      }),
    [],
  );

  useEffect(() => {
    if (seconds !== null && SAID_S.includes(seconds)) announce(t('offer.left_said', { seconds }), 'polite');
  }, [seconds]);

  useEffect(() => {
    const last = before.current;
    before.current = { words, isGone, id };
    if (isGone && !last.isGone && last.id === id) {
      toast(t('caller.ended'), 'warning');
      announce(t('caller.ended'), 'assertive');
      play('caller_ended');
    } else if (words !== last.words && !isOffered) {
      announce(t('state.said', { state: words }));
    }
  }, [words, isGone, id, isOffered]);
}
