import { Alert, Button, Skeleton } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';

import { isProblem } from '../api/client';
import { problemText } from '../api/problems';
import { useT } from '../i18n';
import { announce } from '../ui/announce';
import { ErrorState } from '../ui/ErrorState';
import { configuration, useFlows, useReread } from './configuration';
import { DropZone } from './DropZone';
import { FindingList } from './FindingList';
import { FlowTable } from './FlowTable';
import { StepButtons } from './StepButtons';
import { LIVE, type FlowSummary, type Uploaded } from './types';

/** Takes exports of flows, says what the checks find, and puts a version in force. */
export function FlowStep({ onDone }: { onDone: () => void }) {
  const t = useT();
  const reread = useReread();
  const { data: flows, error: failure, refetch } = useFlows();
  const [uploaded, setUploaded] = useState<Uploaded | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [busy, setBusy] = useState<'upload' | 'label' | null>(null);
  if (failure) return <ErrorState what={t('start.flows_failed')} error={failure} retry={() => void refetch()} />;
  if (!flows) return <Skeleton height={240} />;
  const flow = flows.find(({ id }) => id === uploaded?.flow);
  const live = flow?.labels.find(({ label }) => label === LIVE);
  const isInForce = uploaded !== null && live?.number === uploaded.number;

  const attempt = async (what: 'upload' | 'label', act: () => Promise<void>) => {
    setBusy(what);
    setError(null);
    try {
      await act();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(null);
    }
  };
  const upload = (file: string, text: string) =>
    attempt('upload', async () => {
      setUploaded(null);
      const done = await configuration.upload(file, text);
      await reread();
      setUploaded(done);
      announce(t('start.uploaded', { count: done.findings.length }));
    });
  const goOn = () =>
    attempt('label', async () => {
      if (uploaded && !isInForce) await configuration.moveLabel(uploaded.flow, LIVE, uploaded.number, live?.version ?? 0);
      await reread();
      onDone();
    });

  const isThere = flows.some((one: FlowSummary) => one.labels.some(({ label }) => label === LIVE));
  return (
    <div className="stack">
      <p className="dim">{t('start.flow_text')}</p>
      <DropZone isBusy={busy === 'upload'} onFile={(file, text) => void upload(file, text)} onUnreadable={setError} />
      {error !== null && (
        <Alert variant="outline" color="danger" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
          {isProblem(error, 'not-a-flow') ? t('start.not_a_flow', { detail: error.detail }) : problemText(error)}
        </Alert>
      )}
      {uploaded && flow && <FindingList name={flow.name} uploaded={uploaded} liveNumber={live?.number ?? null} />}
      {!uploaded && flows.length > 0 && <FlowTable flows={flows} />}
      {uploaded && (
        <div>
          <Button size="xs" onClick={() => setUploaded(null)}>
            {t('start.another_file')}
          </Button>
        </div>
      )}
      <StepButtons
        next={uploaded && !isInForce ? t('start.use_version', { number: uploaded.number }) : t('start.next')}
        isBusy={busy === 'label'}
        isOff={!uploaded && !isThere}
        onNext={() => void goOn()}
      />
    </div>
  );
}
