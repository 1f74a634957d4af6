import { Checkbox, Skeleton, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconChevronDown, IconChevronRight, IconRoute, IconSearch } from '@tabler/icons-react';
import { useState } from 'react';

import { useT } from '../i18n';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import classes from './ContactPage.module.css';
import { stepsOf, useTrace, type TraceStep } from './useContactRecord';

const isProblem = (step: TraceStep) => step.failure !== null || step.warnings.length > 0;

/** The flow's steps: what was run, which port it left by, what went in and came out. */
export function TraceTable({ id, isLive }: { id: string; isLive: boolean }) {
  const t = useT();
  const { data, error, isPending, refetch } = useTrace(id, isLive);
  const [search, setSearch] = useState('');
  const [isOnlyProblems, setOnlyProblems] = useState(false);
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());

  if (error && !data) return <ErrorState what={t('trace.failed')} error={error} retry={() => void refetch()} />;
  if (isPending) return <Skeleton height={320} radius={10} />;
  const steps = stepsOf(data).map((step, at) => ({ step, at }));
  const wanted = search.trim().toLowerCase();
  const shown = steps.filter(({ step }) => (!isOnlyProblems || isProblem(step)) && (wanted === '' || JSON.stringify(step).toLowerCase().includes(wanted)));
  const toggle = (at: number) => {
    const next = new Set(open);
    if (!next.delete(at)) next.add(at);
    setOpen(next);
  };

  return (
    <>
      <div className={classes.tools}>
        <TextInput
          aria-label={t('trace.find')}
          placeholder={t('trace.find')}
          leftSection={<IconSearch size={20} stroke={1.75} aria-hidden />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
        <Checkbox label={t('trace.only_problems')} checked={isOnlyProblems} onChange={(event) => setOnlyProblems(event.currentTarget.checked)} />
        <span className="meta" role="status">
          {t('trace.count', { count: shown.length })}
        </span>
      </div>
      {shown.length === 0 ? (
        <EmptyState icon={IconRoute} title={t(steps.length === 0 ? 'trace.none' : 'nothing_found')} />
      ) : (
        <ol className={classes.steps} aria-label={t('tab.trace')}>
          {shown.map(({ step, at }) => (
            <Step key={at} step={step} isOpen={open.has(at)} onToggle={() => toggle(at)} />
          ))}
        </ol>
      )}
    </>
  );
}

function Step({ step, isOpen, onToggle }: { step: TraceStep; isOpen: boolean; onToggle: () => void }) {
  const t = useT();
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <li className={classes.step} data-failed={step.failure !== null || undefined}>
      <button type="button" className={classes.head} aria-expanded={isOpen} onClick={onToggle}>
        <span className="meta num">{(step.t_ms / 1000).toFixed(3)}</span>
        <span className={`${classes.activity} row`}>
          {isProblem(step) && <IconAlertTriangle size={16} stroke={1.75} aria-label={t('trace.problem')} />}
          {step.activity || step.kind}
        </span>
        <span className={`meta ${classes.kind}`}>{step.activity ? step.kind : step.thread}</span>
        <span className={classes.port}>{step.port ?? ''}</span>
        <Chevron size={20} stroke={1.75} aria-hidden />
      </button>
      {isOpen && (
        <div className={classes.open}>
          {step.failure && (
            <p className={classes.failure}>
              <IconAlertTriangle size={20} stroke={1.75} aria-hidden />
              <span lang="en">
                {step.failure.description} <span className="code">{step.failure.code}</span>
              </span>
            </p>
          )}
          {step.warnings.map((warning) => (
            <p key={warning} lang="en" className={classes.warning}>
              {warning}
            </p>
          ))}
          <Fields title={t('trace.in')} fields={step.in} />
          <Fields title={t('trace.out')} fields={step.out} />
          <p className="meta">{t('trace.thread', { thread: step.thread })}</p>
        </div>
      )}
    </li>
  );
}

function Fields({ title, fields }: { title: string; fields: Record<string, unknown> }) {
  const entries = Object.entries(fields);
  if (entries.length === 0) return null;
  return (
    <>
      <h3 className="meta">{title}</h3>
      <dl className={`${classes.fields} code`}>
        {entries.map(([name, value]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className="dim">{name}</dt>
            <dd>{typeof value === 'string' ? value : JSON.stringify(value, null, 1)}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

/** The lines as they were written. */
export function RawTrace({ id, isLive }: { id: string; isLive: boolean }) {
  const t = useT();
  const { data, error, refetch } = useTrace(id, isLive);
  if (error && !data) return <ErrorState what={t('trace.failed')} error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={320} radius={10} />;
  return (
    <pre className={`code ${classes.raw}`} tabIndex={0} role="region" aria-label={t('tab.raw')}>
      {data.map((line) => JSON.stringify(line)).join('\n')}
    </pre>
  );
}
