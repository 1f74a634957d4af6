import { IconCircleCheck, IconCircleDashed, IconCircleX } from '@tabler/icons-react';

import { useT } from '../i18n';
import classes from './Start.module.css';
import type { Report } from './types';

const PICTURES = { ok: IconCircleCheck, failed: IconCircleX, skipped: IconCircleDashed };

/** What the test of a connector found, stage by stage, in the connector's own words. */
export function ConnectionReport({ report, isSandbox }: { report: Report; isSandbox: boolean }) {
  const t = useT();
  const bad = report.stages.find(({ status }) => status === 'failed');
  return (
    <section className={classes.report} data-passed={report.passed} aria-label={t('start.test_result')}>
      <p className={classes.verdict}>{report.passed ? t('start.test_passed') : t('start.test_failed')}</p>
      {bad && <p>{isSandbox && bad.stage === 'tcp' ? t('start.stage_help.sandbox') : t(`start.stage_help.${bad.stage}`)}</p>}
      <ol className={classes.stages}>
        {report.stages.map(({ stage, status, duration_ms, detail, advice }) => {
          const Picture = PICTURES[status];
          return (
            <li key={stage} data-status={status}>
              <Picture size={20} stroke={1.75} aria-hidden />
              <span className={classes.stage}>{t(`start.stage.${stage}`)}</span>
              <span className={classes.status}>{t(`start.status.${status}`)}</span>
              <span className="num meta">{status === 'skipped' ? '' : t('start.took', { ms: duration_ms })}</span>
              <span lang="en" className={classes.detail}>
                {detail}
                {advice && <span className={classes.advice}>{advice}</span>}
              </span>
            </li>
          );
        })}
      </ol>
    </section>
  );
}
