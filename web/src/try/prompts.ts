// What the caller hears at this moment, as far as the flow's steps tell it.
import type { TraceStep } from '../contact/useContactRecord';

export type Hearing = { kind: 'text'; text: string } | { kind: 'music' } | { kind: 'agent' };

const MUSIC = new Set(['queue-contact', 'queue-to-agent', 'play-music']);

/** The texts of a step that plays something. */
export function promptsOf(step: TraceStep): string {
  const { prompts } = step.in;
  return Array.isArray(prompts) ? prompts.filter((one) => typeof one === 'string').join(' ') : '';
}

export function hearing(steps: TraceStep[]): Hearing | null {
  for (const step of [...steps].reverse()) {
    if (step.kind === 'contact.answered') return { kind: 'agent' };
    if (MUSIC.has(step.kind)) return { kind: 'music' };
    const text = promptsOf(step);
    if (text && step.port === null) return { kind: 'text', text };
  }
  return null;
}
