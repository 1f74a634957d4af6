import { Skeleton } from '@mantine/core';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';

import { useT } from '../i18n';
import { hasRole, useMe } from '../session/useSession';
import { DeniedState } from '../ui/DeniedState';
import { ErrorState } from '../ui/ErrorState';
import { useTitle } from '../ui/useTitle';
import { useSteps } from './configuration';
import { DoneStep } from './DoneStep';
import { FlowStep } from './FlowStep';
import { isPlace, isStepDone, nextPlace, type Place } from './places';
import { QueueStep } from './QueueStep';
import { SalesforceStep } from './SalesforceStep';
import classes from './Start.module.css';
import { StepList } from './StepList';

/** The step to whose heading the focus goes; kept here as the page may be drawn anew on the way. */
let awaited: Place | null = null;

/** The first steps: connect Salesforce, import a flow, choose its queue and number. */
export default function StartPage() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const { step } = useParams({ strict: false });
  const isAllowed = hasRole(me, 'administrator');
  const { data: steps, error, refetch } = useSteps(isAllowed);
  const heading = useRef<HTMLHeadingElement>(null);
  const place = isPlace(step) ? step : null;
  useTitle(t('page.start'));

  useEffect(() => {
    // Without a step in the address: the first that is still to be done.
    if (isAllowed && steps && !place) void navigate({ to: '/start/$step', params: { step: nextPlace(steps) }, replace: true });
  }, [isAllowed, navigate, place, steps]);

  useEffect(() => {
    // The next step begins at its heading, for the eye and for the keyboard.
    if (place === null || place !== awaited || !heading.current) return;
    awaited = null;
    heading.current.focus();
  });

  if (!isAllowed) {
    return (
      <main id="main" tabIndex={-1}>
        <DeniedState title={t('start.denied')}>{t('start.denied_text')}</DeniedState>
      </main>
    );
  }
  const go = (to: Place) => {
    awaited = to;
    void navigate({ to: '/start/$step', params: { step: to } });
  };
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <h1>{t('page.start')}</h1>
      {error ? (
        <div className="card">
          <ErrorState what={t('start.failed')} error={error} retry={() => void refetch()} />
        </div>
      ) : !steps || !place ? (
        <Skeleton height={320} />
      ) : (
        <div className={classes.columns}>
          <StepList steps={steps} here={place} isDone={(one) => isStepDone(steps, one)} />
          <section className={`card ${classes.step}`} aria-labelledby="start-step">
            <h2 id="start-step" ref={heading} tabIndex={-1}>
              {t(`start.title.${place}`)}
            </h2>
            {place === 'salesforce' && <SalesforceStep onDone={() => go('flow')} />}
            {place === 'flow' && <FlowStep onDone={() => go('queue')} />}
            {place === 'queue' && <QueueStep steps={steps} onDone={() => go('done')} onFlow={() => go('flow')} />}
            {place === 'done' && <DoneStep steps={steps} />}
          </section>
        </div>
      )}
    </main>
  );
}
