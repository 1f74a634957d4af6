import { Select } from '@mantine/core';

import { t as text, useT } from '../i18n';
import type { Choice } from './opening';
import type { Kept, Missing } from './types';

interface Props {
  missing: Missing;
  objects: Kept[];
  choice: Choice;
  onChange: (choice: Choice) => void;
}

const KINDS = ['queue', 'connector', 'business_hours', 'variable'] as const;

/** What kind of thing it is, in the word of the page. */
export function kindWord(kind: string | null | undefined): string {
  const known = KINDS.find((one) => one === kind);
  if (known) return text(`start.kind.${known}`);
  return kind === 'audio' ? text('start.kind.audio') : text('start.kind.flow');
}

/** One thing that the flow refers to: it is made, or something that is there takes its name. */
export function SupplyRow({ missing, objects, choice, onChange }: Props) {
  const t = useT();
  const { kind, name, activity } = missing;
  const options = [
    { value: '', label: t('start.make', { name }) },
    ...objects.map(({ id, value }) => ({ value: id, label: t('start.rename', { old: typeof value.name === 'string' ? value.name : id }) })),
  ];
  return (
    <Select
      label={t('start.supply', { kind: kindWord(kind), name })}
      description={choice.kind === 'rename' ? t('start.rename_text', { name }) : activity ? t('start.used_by', { activity }) : undefined}
      data={options}
      allowDeselect={false}
      value={choice.kind === 'make' ? '' : choice.object.id}
      onChange={(value) => {
        const object = objects.find(({ id }) => id === value);
        onChange(object ? { kind: 'rename', object } : { kind: 'make' });
      }}
    />
  );
}
