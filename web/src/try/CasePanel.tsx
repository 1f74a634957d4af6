import { IconFolderOpen } from '@tabler/icons-react';

import { useT } from '../i18n';
import { dateTime } from '../i18n/format';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import classes from './CasePanel.module.css';
import { writtenMs, type ShownCase } from './useCase';

/** The case in the sandbox, which changes while one looks. */
export function CasePanel({ shown: { data, error, retry, fresh } }: { shown: ShownCase }) {
  const t = useT();
  return (
    <section id="try-case" className={classes.case} aria-labelledby="try-case-title" tabIndex={-1}>
      <h3 id="try-case-title" className="row">
        <IconFolderOpen size={20} stroke={1.75} aria-hidden />
        {t('try.case')}
      </h3>
      {error && data === undefined ? (
        <ErrorState what={t('try.case_failed')} error={error} retry={retry} />
      ) : !data ? (
        <EmptyState icon={IconFolderOpen} title={t('try.case_none')} />
      ) : (
        <>
          <p className={classes.subject}>
            <span className="num">{data.number}</span> {data.subject}
          </p>
          <p className="meta">{[data.contact, data.status, data.priority].filter(Boolean).join(' · ')}</p>
          <h4 className="meta">{t('try.comments', { count: data.comments.length })}</h4>
          <ol className={classes.comments} aria-live="polite">
            {[...data.comments].reverse().map((one) => (
              <li key={one.id} className={classes.comment} data-fresh={fresh.has(one.id) || undefined}>
                {fresh.has(one.id) && <strong className={classes.new}>{t('try.comment_new')}</strong>}
                <span className={classes.text}>{one.text}</span>
                <span className="meta">{dateTime(writtenMs(one.at))}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
