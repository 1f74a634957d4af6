import { Alert, Button, Checkbox, Select, Skeleton, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';

import { problemText } from '../api/problems';
import { useT } from '../i18n';
import { e164, phone } from '../i18n/phone';
import { useMe, useRereadSession } from '../session/useSession';
import { EmptyState } from '../ui/EmptyState';
import { AudioList } from './AudioList';
import { useFlows, useObjects, useReread } from './configuration';
import { open, type Choice } from './opening';
import { StepButtons } from './StepButtons';
import { SupplyRow } from './SupplyRow';
import { LIVE, type Kept, type Missing, type Steps } from './types';
import { UnsuppliedList } from './UnsuppliedList';

interface Props {
  steps: Steps;
  onDone: () => void;
  onFlow: () => void;
}

/** Gives the flow what it refers to, and a number that leads to it. */
export function QueueStep({ steps, onDone, onFlow }: Props) {
  const t = useT();
  const { data: flows } = useFlows();
  const { data: points } = useObjects('entry_point');
  const { data: queues } = useObjects('queue');
  const { data: connectors } = useObjects('connector');
  if (!flows || !points || !queues || !connectors) return <Skeleton height={280} />;
  const names = flows.filter((flow) => !flow.is_subflow && flow.labels.some(({ label }) => label === LIVE)).map(({ id, name }) => ({ id, name }));
  if (names.length === 0) {
    return (
      <EmptyState icon={IconAlertTriangle} title={t('start.no_flow')}>
        <Button onClick={onFlow}>{t('start.place.flow')}</Button>
      </EmptyState>
    );
  }
  const missing = steps.steps.flatMap((step) => step.missing);
  return <Form flows={names} points={points} objects={{ queue: queues, connector: connectors }} missing={missing} onDone={onDone} />;
}

interface FormProps {
  flows: { id: string; name: string }[];
  points: Kept[];
  objects: Record<string, Kept[]>;
  missing: Missing[];
  onDone: () => void;
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '');
const firstOf = (value: unknown) => (Array.isArray(value) ? textOf(value[0]) : '');

function Form({ flows, points, objects, missing, onDone }: FormProps) {
  const t = useT();
  const me = useMe();
  const reread = useReread();
  const rereadSession = useRereadSession();
  const [flow, setFlow] = useState(flows[0]?.name ?? '');
  const id = flows.find(({ name }) => name === flow)?.id;
  const old = points.find(({ value }) => value.flow === flow || value.flow === id) ?? null;
  const [name, setName] = useState<string | null>(null);
  const [number, setNumber] = useState<string | null>(null);
  const [choices, setChoices] = useState<Record<string, Choice>>({});
  const [isAgent, setAgent] = useState(true);
  const [isTried, setTried] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);
  const shownName = name ?? (textOf(old?.value.name) || t('start.main_line'));
  const shownNumber = number ?? phone(firstOf(old?.value.dnis));
  const digits = e164(shownNumber);

  const suppliable = missing.filter((one) => one.kind && one.proposal);
  const choiceOf = (one: Missing): Choice => {
    const only = one.kind === 'connector' && objects.connector?.length === 1 ? objects.connector[0] : undefined;
    return choices[`${one.kind} ${one.id}`] ?? (only ? { kind: 'rename', object: only } : { kind: 'make' });
  };
  const queue = textOf(objects.queue?.[0]?.value.name) || missing.find(({ kind }) => kind === 'queue')?.name || null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (!shownName.trim() || !digits) return;
    setBusy(true);
    try {
      await open({
        supplies: suppliable.map((one) => ({ missing: one, choice: choiceOf(one) })),
        point: { old, name: shownName.trim(), number: digits, flow, queue: old?.value.fallback ? null : queue },
        agent: isAgent && !me.agent ? { me, newTeam: t('start.first_team') } : null,
      });
      await rereadSession();
      await reread();
      onDone();
    } catch (problem) {
      setError(problem);
      // What was done before the refusal is done: the form goes on from there.
      await reread();
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void submit(event)} noValidate>
      <p className="dim">{t('start.queue_text')}</p>
      {flows.length > 1 && <Select label={t('start.flow')} data={flows.map((one) => one.name)} value={flow} allowDeselect={false} onChange={(value) => setFlow(value ?? flow)} />}
      {suppliable.length > 0 ? (
        <div className="stack" role="group" aria-label={t('start.supplies')}>
          <h3>{t('start.supplies')}</h3>
          {suppliable.map((one) => (
            <SupplyRow
              key={`${one.kind} ${one.id}`}
              missing={one}
              objects={objects[one.kind ?? ''] ?? []}
              choice={choiceOf(one)}
              onChange={(choice) => setChoices({ ...choices, [`${one.kind} ${one.id}`]: choice })}
            />
          ))}
        </div>
      ) : (
        <p>{t('start.nothing_missing')}</p>
      )}
      <AudioList missing={missing.filter(({ kind }) => kind === 'audio')} />
      <UnsuppliedList missing={missing.filter((one) => one.kind !== 'audio' && (!one.kind || !one.proposal))} />
      <h3>{t('start.entry_point')}</h3>
      <TextInput label={t('start.point_name')} value={shownName} error={isTried && !shownName.trim() ? t('field.needed') : undefined} onChange={(event) => setName(event.currentTarget.value)} />
      <TextInput
        label={t('start.number')}
        description={t('start.number_text')}
        type="tel"
        inputMode="tel"
        autoComplete="off"
        value={shownNumber}
        error={isTried && !digits ? t('start.number_wrong') : undefined}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      {digits && <p className="meta">{t('start.number_as', { number: digits })}</p>}
      {!me.agent && <Checkbox label={t('start.be_agent')} description={t('start.be_agent_text')} checked={isAgent} onChange={(event) => setAgent(event.currentTarget.checked)} />}
      {error !== null && (
        <Alert variant="outline" color="danger" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
          {problemText(error)}
        </Alert>
      )}
      <StepButtons next={t('start.open')} isBusy={isBusy} />
    </form>
  );
}
