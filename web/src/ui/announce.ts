import { Store } from './store';

export type Urgency = 'polite' | 'assertive';
export type Tone = 'plain' | 'good' | 'warning' | 'error';

export interface Toast {
  id: number;
  text: string;
  tone: Tone;
}

/** What the two live regions say; the number tells equal texts apart. */
export const announcements = new Store<Record<Urgency, { text: string; at: number }>>({
  polite: { text: '', at: 0 },
  assertive: { text: '', at: 0 },
});
export const toasts = new Store<Toast[]>([]);

const SHOWN_MS = 6_000;
const ERROR_SHOWN_MS = 12_000;
let count = 0;

/** Says something to those who do not see the page. Never moves the focus. */
export function announce(text: string, urgency: Urgency = 'polite'): void {
  count += 1;
  announcements.change({ [urgency]: { text, at: count } });
}

/** Shows a line for a few seconds, and says it. */
export function toast(text: string, tone: Tone = 'plain'): void {
  count += 1;
  const id = count;
  toasts.set([...toasts.get().filter((one) => one.text !== text).slice(-3), { id, text, tone }]);
  announce(text);
  setTimeout(() => dismiss(id), tone === 'error' ? ERROR_SHOWN_MS : SHOWN_MS);
}

export function dismiss(id: number): void {
  toasts.set(toasts.get().filter((one) => one.id !== id));
}
