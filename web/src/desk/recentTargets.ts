import type { Destination } from '../api/types';

const STORED = 'trunkline.targets';
const KEPT = 5;

export function keyOf(to: Destination): string {
  return to.kind === 'number' ? `number-${to.number}` : `${to.kind}-${to.id}`;
}

/** Keys of the targets that were taken last, the newest first; numbers of people are not kept. */
export function recent(): string[] {
  const kept: unknown = JSON.parse(localStorage.getItem(STORED) ?? '[]');
  return Array.isArray(kept) ? kept.filter((key): key is string => typeof key === 'string') : [];
}

export function rememberTarget(to: Destination): void {
  if (to.kind === 'number') return;
  const key = keyOf(to);
  localStorage.setItem(STORED, JSON.stringify([key, ...recent().filter((other) => other !== key)].slice(0, KEPT)));
}
