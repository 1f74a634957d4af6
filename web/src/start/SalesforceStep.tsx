import { Skeleton } from '@mantine/core';

import { useT } from '../i18n';
import { ErrorState } from '../ui/ErrorState';
import { ConnectorFields } from './ConnectorFields';
import { useObjects } from './configuration';

/** Connects the sandbox, or an organisation of one's own. */
export function SalesforceStep({ onDone }: { onDone: () => void }) {
  const t = useT();
  const { data, error, refetch } = useObjects('connector');
  if (error) return <ErrorState what={t('start.connectors_failed')} error={error} retry={() => void refetch()} />;
  if (!data) return <Skeleton height={280} />;
  const old = data.find(({ value }) => value.kind === 'salesforce') ?? null;
  const taken = data.map(({ id }) => id);
  // A new version of the object is a new form: nothing of the old one's secrets stays in it.
  return <ConnectorFields key={old?.version ?? 0} old={old} taken={taken} onDone={onDone} />;
}
