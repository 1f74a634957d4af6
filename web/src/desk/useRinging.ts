import { useEffect } from 'react';

import { audioSettings } from '../audio/settings';
import { play, ring } from '../audio/tones';
import { t } from '../i18n';
import { customer } from '../i18n/format';
import { phone } from '../i18n/phone';
import { serverNow } from '../live/clock';
import type { Desk } from './DeskContext';
import { numberOf } from './state';
import { useLeads } from './useLeads';

/** A ring without an end that the server names. */
const LONGEST_MS = 60_000;

/** Rings, and shows a notification, as long as a contact is on offer; in one tab only. */
export function useRinging({ view }: Desk): void {
  const leads = useLeads(view);
  const contact = view.contact?.phase === 'offered' ? view.contact : null;
  const id = contact?.id;
  // Whoever calls out has asked for it: their page answers by itself, without a sound.
  const isOut = contact?.direction === 'outdial' && view.device === 'browser';
  const isAuto = view.features.auto_answer;
  const until = contact?.ring_until_ms ?? null;
  const began = contact?.offered_ms ?? 0;
  const who = contact ? (contact.customer_name ? customer(contact.customer_name) : phone(numberOf(contact))) : '';
  const queue = contact?.queue?.name ?? contact?.entry_point ?? '';

  useEffect(() => {
    if (!id || !leads || isOut) return undefined;
    if (isAuto) {
      play('auto_answer');
      return undefined;
    }
    const rest = until === null ? LONGEST_MS : until - serverNow();
    return rest > 0 ? ring(rest, until === null ? LONGEST_MS : until - began) : undefined;
  }, [id, leads, isOut, isAuto, until, began]);

  useEffect(() => {
    if (!id || !leads || isOut || !audioSettings.get().notifications || !('Notification' in window) || Notification.permission !== 'granted') return undefined;
    // Caller and queue only: whoever stands by the screen reads it too.
    const shown = new Notification(t('notification.title', { who }), { body: queue, tag: id, requireInteraction: true });
    shown.onclick = () => {
      window.focus();
      shown.close();
    };
    return () => shown.close();
  }, [id, leads, isOut, who, queue]);
}
