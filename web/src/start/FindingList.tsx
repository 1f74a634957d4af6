import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconInfoCircle } from '@tabler/icons-react';
import { useState } from 'react';

import { useT } from '../i18n';
import classes from './Start.module.css';
import type { Finding, Uploaded } from './types';

type Severity = 'error' | 'warning' | 'note';
const ORDER: Severity[] = ['error', 'warning', 'note'];
const PICTURES = { error: IconCircleX, warning: IconAlertTriangle, note: IconInfoCircle };
const severity = ({ severity: word }: Finding): Severity => ORDER.find((one) => one === word) ?? 'note';

/** So many are shown until somebody wants to see all. */
const FEW = 6;

interface Props {
  name: string;
  uploaded: Uploaded;
  /** The version that callers meet now. */
  liveNumber: number | null;
}

/** What the checks found in an export, the worst first. */
export function FindingList({ name, uploaded, liveNumber }: Props) {
  const t = useT();
  const [isWhole, setWhole] = useState(false);
  const { findings, number, is_new: isNew } = uploaded;
  const sorted = ORDER.flatMap((one) => findings.filter((finding) => severity(finding) === one));
  const count = (one: Severity) => findings.filter((finding) => severity(finding) === one).length;
  return (
    <section className={classes.report} data-passed={count('error') === 0} aria-label={t('start.findings')}>
      <h3 className={classes.flow}>{t('start.version_of', { name, number })}</h3>
      <p className="dim">{t(isNew ? 'start.version_new' : 'start.version_same')}</p>
      {liveNumber !== null && liveNumber !== number && <p className="dim">{t('start.version_live', { number: liveNumber })}</p>}
      {findings.length === 0 ? (
        <p className="row">
          <IconCircleCheck size={20} stroke={1.75} aria-hidden />
          {t('start.no_findings')}
        </p>
      ) : (
        <>
          <p className={classes.verdict}>{t('start.counts', { errors: count('error'), warnings: count('warning'), notes: count('note') })}</p>
          {count('error') > 0 && <p>{t('start.errors_text')}</p>}
          <ul className={classes.findings}>
            {(isWhole ? sorted : sorted.slice(0, FEW)).map((finding, at) => {
              const Picture = PICTURES[severity(finding)];
              return (
                <li key={`${finding.rule} ${at}`} data-severity={severity(finding)}>
                  <Picture size={20} stroke={1.75} aria-hidden />
                  <div>
                    <div className="row wrap">
                      <strong>{t(`start.severity.${severity(finding)}`)}</strong>
                      {finding.activity && <span>{finding.activity}</span>}
                      <span className="code dim">{finding.rule}</span>
                    </div>
                    <p lang="en">{finding.message}</p>
                    {finding.help && (
                      <p lang="en" className="meta">
                        {finding.help}
                      </p>
                    )}
                  </div>
                </li>
              );
            })}
          </ul>
          {!isWhole && sorted.length > FEW && (
            <div>
              <Button size="xs" onClick={() => setWhole(true)}>
                {t('start.all_findings', { count: sorted.length })}
              </Button>
            </div>
          )}
        </>
      )}
    </section>
  );
}
