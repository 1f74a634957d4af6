import { IconFolderOpen, IconListDetails, IconRoute } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';

import { useT } from '../i18n';
import { spoken } from '../i18n/format';
import { useStore } from '../ui/store';
import { phone, type PhoneState } from './phone';
import classes from './Try.module.css';
import type { ShownCase } from './useCase';

/** What just happened, once the call is over. Flow and case are in a tab of their own where the page is narrow. */
export function Summary({ shown, onFlow }: { shown: ShownCase; onFlow: () => void }) {
  const t = useT();
  const state = useStore(phone);
  const { stage, contact, isOver, caseId } = state;
  if (stage !== 'ended' || !contact) return null;
  const written = shown.data?.comments.findLast((one) => shown.fresh.has(one.id));
  return (
    <section className={`card ${classes.summary}`} aria-labelledby="try-summary">
      <h3 id="try-summary">{t('try.summary')}</h3>
      <ul className={classes.lines}>
        {lines(state).map((line) => (
          <li key={line}>{line}</li>
        ))}
        <li>
          <strong role="status">{written ? t('try.sum_note') : t(isOver ? 'try.sum_no_note' : 'try.sum_wrap_up')}</strong>
        </li>
      </ul>
      <p className={classes.links}>
        <Link to="/contacts/$contactId" params={{ contactId: contact }} search={{ tab: 'trace' }} target="_blank" className="row">
          <IconListDetails size={20} stroke={1.75} aria-hidden />
          {t('try.link_trace')}
        </Link>
        {caseId && (
          <a href="#try-case" className="row" onClick={onFlow}>
            <IconFolderOpen size={20} stroke={1.75} aria-hidden />
            {t('try.link_case')}
          </a>
        )}
        <a href="#try-flow" className="row" onClick={onFlow}>
          <IconRoute size={20} stroke={1.75} aria-hidden />
          {t('try.link_flow')}
        </a>
      </p>
    </section>
  );

  function lines({ steps, answeredMs, endedMs, calledMs }: PhoneState): string[] {
    const at = (kind: string) => steps.find((step) => step.kind === kind);
    const answered = at('contact.answered');
    const requests = steps.filter((step) => step.kind === 'http-request-v2' && step.thread === 'main' && step.out.httpStatusCode !== undefined);
    const agent = typeof answered?.in.agent === 'string' ? answered.in.agent : '';
    return [
      ...(requests.length > 0 ? [t('try.sum_requests', { count: requests.length })] : []),
      answered ? t('try.sum_answered', { agent, waited: spoken(answered.t_ms) }) : t('try.sum_not_answered'),
      ...(answeredMs !== null && endedMs !== null ? [t('try.sum_length', { length: spoken(endedMs - calledMs) })] : []),
    ];
  }
}
