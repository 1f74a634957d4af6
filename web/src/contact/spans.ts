import type { PathStep } from '../api/types';

export type Part = 'flow' | 'queue' | 'ring' | 'talk' | 'hold' | 'after';

export interface Span {
  part: Part;
  fromMs: number;
  toMs: number;
}

const BEGINS: Record<string, Part> = {
  called: 'flow',
  queued: 'queue',
  requeued: 'queue',
  offered: 'ring',
  missed: 'queue',
  answered: 'talk',
  held: 'hold',
  resumed: 'talk',
  hung_up: 'after',
};

/** The parts of a contact's life, out of what happened; the last one ends at `endMs`. */
export function timeline(path: PathStep[], endMs: number): Span[] {
  const spans: Span[] = [];
  for (const step of path) {
    const part = BEGINS[step.kind];
    const last = spans.at(-1);
    if (!part || last?.part === part || last?.part === 'after') continue;
    if (last) last.toMs = step.t_ms;
    spans.push({ part, fromMs: step.t_ms, toMs: step.t_ms });
  }
  const last = spans.at(-1);
  if (last) last.toMs = Math.max(endMs, last.fromMs);
  return spans.filter((span) => span.toMs > span.fromMs);
}
