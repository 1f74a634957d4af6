// The flow's steps as rows: an activity that waits has a line when it begins and one when it is
// left, which are one row.
import type { TraceStep } from '../contact/useContactRecord';
import { t, type MessageId } from '../i18n';
import { phone } from '../i18n/phone';
import { promptsOf } from './prompts';

export interface Row {
  step: TraceStep;
  /** It goes on. */
  isOpen: boolean;
  /** What happened, where no activity has a name for it. */
  words: MessageId;
}

const HAPPENED: Record<string, MessageId> = {
  'contact.arrived': 'try.on_arrived',
  'contact.offered': 'try.on_offered',
  'contact.offer_ended': 'try.on_offer_ended',
  'contact.answered': 'try.on_answered',
  'contact.held': 'try.on_held',
  'contact.resumed': 'try.on_resumed',
  'contact.caller_hung_up': 'try.on_caller_hung_up',
  'contact.agent_hung_up': 'try.on_agent_hung_up',
  'contact.disconnected': 'try.on_disconnected',
  'contact.edited': 'try.on_edited',
  'contact.pop_shown': 'try.on_pop',
  'contact.wrap_up_ended': 'try.on_wrapped_up',
  'contact.ended': 'try.on_ended',
};

/** Activities that are left at once have one line alone, with its port. */
const WAITS = new Set(['play-message', 'play-music', 'http-request-v2', 'ivr-menu', 'ivr-collectdigits', 'record']);

export function rowsOf(steps: TraceStep[]): Row[] {
  const rows: Row[] = [];
  for (const step of steps) {
    // The activity that plays has a row of its own.
    if (step.kind === 'contact.played') continue;
    const open = rows.find((row) => row.isOpen && row.step.thread === step.thread && row.step.activity === step.activity && row.step.kind === step.kind);
    if (open) {
      open.step = { ...step, t_ms: open.step.t_ms, in: { ...open.step.in, ...step.in } };
      open.isOpen = false;
      continue;
    }
    const isOpen = step.port === null && step.failure === null && WAITS.has(step.kind);
    rows.push({ step, isOpen, words: HAPPENED[step.kind] ?? 'try.on_other' });
  }
  return rows;
}

/** A row's second line: what came of it. */
export function lineOf({ step, isOpen }: Row): string {
  const text = (value: unknown) => (typeof value === 'string' || typeof value === 'number' ? String(value) : '');
  const { in: into, out } = step;
  if (step.failure) return step.failure.description;
  switch (step.kind) {
    case 'http-request-v2':
      return [text(into.method), isOpen ? t('try.waits') : text(out.httpStatusCode)].filter(Boolean).join(' · ');
    case 'play-message':
    case 'ivr-menu':
    case 'ivr-collectdigits':
      return [promptsOf(step), text(out.OptionEntered) || text(out.DigitsEntered)].filter(Boolean).join(' · ');
    case 'contact.arrived':
      return [phone(text(out.ani)), phone(text(out.dnis))].filter(Boolean).join(' → ');
    case 'queue-contact':
    case 'queue-to-agent':
    case 'contact.offered':
    case 'contact.answered':
      return [text(into.queue), text(into.agent)].filter(Boolean).join(' · ');
    default:
      // What has words needs no second name.
      return [step.kind in HAPPENED ? '' : step.kind, step.port ?? ''].filter(Boolean).join(' · ');
  }
}
