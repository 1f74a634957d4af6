import { IconAlertTriangle, IconCircleCheck, IconLoader2, IconRoute } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';

import type { TraceStep } from '../contact/useContactRecord';
import { useT } from '../i18n';
import { EmptyState } from '../ui/EmptyState';
import { useStore } from '../ui/store';
import { lineOf, rowsOf, type Row } from './rows';
import { phone } from './phone';
import classes from './FlowPanel.module.css';

/** What the flow does, as it does it. */
export function FlowPanel() {
  const t = useT();
  const { steps, stage } = useStore(phone);
  const rows = rowsOf(steps);
  const end = useRef<HTMLLIElement>(null);
  useEffect(() => {
    end.current?.scrollIntoView({ block: 'nearest' });
  }, [rows.length]);

  if (rows.length === 0) return <div className={classes.steps}><EmptyState icon={IconRoute} title={t(stage === 'ringing' ? 'try.flow_begins' : 'try.flow_none')} /></div>;
  return (
    <ol className={classes.steps} aria-label={t('try.flow')} tabIndex={0}>
      {rows.map((row, at) => (
        <StepRow key={at} row={row} isLast={at === rows.length - 1} last={end} />
      ))}
    </ol>
  );
}

function StepRow({ row, isLast, last }: { row: Row; isLast: boolean; last: React.Ref<HTMLLIElement> }) {
  const t = useT();
  const { step, isOpen } = row;
  const Picture = step.failure ? IconAlertTriangle : isOpen ? IconLoader2 : IconCircleCheck;
  const details = detailsOf(step);
  const line = lineOf(row);
  return (
    <li ref={isLast ? last : undefined} className={classes.step} data-failed={step.failure !== null || undefined} data-open={isOpen || undefined}>
      <Picture size={20} stroke={1.75} aria-label={t(step.failure ? 'try.step_failed' : isOpen ? 'try.step_open' : 'try.step_done')} />
      <div className={classes.what}>
        <p className={classes.activity}>
          {step.activity || t(row.words)}
          {step.thread !== 'main' && step.activity && <span className="meta">{` ${step.thread.replace('event:', '')}`}</span>}
        </p>
        {line && <p className="dim">{line}</p>}
        {details && (
          <details>
            <summary className="meta">{t('try.details')}</summary>
            <pre className={`code ${classes.fields}`} tabIndex={0}>{details}</pre>
          </details>
        )}
      </div>
      <span className="meta num">{(step.t_ms / 1000).toFixed(2)}</span>
    </li>
  );
}

function detailsOf({ in: into, out, failure }: TraceStep): string {
  const parts = { ...(Object.keys(into).length > 0 ? { in: into } : {}), ...(Object.keys(out).length > 0 ? { out } : {}), ...(failure ? { failure } : {}) };
  return Object.keys(parts).length > 0 ? JSON.stringify(parts, null, 2) : '';
}
