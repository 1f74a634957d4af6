import { t, type MessageId } from '../i18n';
import { isProblem, type Problem } from './client';
import { REASONS } from './reasons';

const SENTENCES: Record<string, MessageId> = {
  offline: 'problem.offline',
  'no-agent': 'problem.no_agent',
  'no-team': 'problem.no_team',
  'not-your-team': 'problem.not_your_team',
  'signed-out': 'problem.signed_out',
  'signed-in-elsewhere': 'problem.elsewhere',
  'not-yours': 'problem.not_yours',
  stale: 'problem.stale',
  'wrong-role': 'problem.forbidden',
  'not-your-contact': 'problem.not_your_contact',
  'too-many-requests': 'problem.too_many',
  'too-many-pages': 'problem.too_many_pages',
  csrf: 'problem.csrf',
  'other-origin': 'problem.other_origin',
  'try-off': 'problem.try_off',
  'link-over': 'problem.link_over',
  'setup-over': 'problem.setup_over',
  'not-found': 'problem.not_found',
};

/** Codes with a reason, which is shown after our sentence: in our words if we know it, else in the server's. */
const WITH_DETAIL: Record<string, MessageId> = {
  device: 'problem.device',
  'not-now': 'problem.not_now',
  unreachable: 'problem.unreachable',
  invalid: 'problem.invalid',
  unavailable: 'problem.unavailable',
  fault: 'problem.fault',
  'in-use': 'problem.in_use',
  'invalid-configuration': 'problem.invalid_configuration',
};

/** What failed and what to do next, in the words of the page. */
export function problemText(error: unknown): string {
  if (!isProblem(error)) return t('problem.page', { detail: error instanceof Error ? error.message : String(error) });
  const sentence = SENTENCES[error.code];
  if (sentence) return t(sentence);
  const introduced = WITH_DETAIL[error.code];
  if (introduced) return t(introduced, { detail: reasonText(error) });
  return t('problem.other', { detail: error.detail || t('problem.no_detail'), code: error.code });
}

function reasonText(error: Problem): string {
  const reason = typeof error.body.reason === 'string' ? REASONS[error.body.reason] : undefined;
  return reason ? t(reason) : error.detail || error.code;
}
