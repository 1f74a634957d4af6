import { Button } from '@mantine/core';
import { IconAlertTriangle, IconDeviceFloppy } from '@tabler/icons-react';
import type { FormEvent } from 'react';

import { isProblem } from '../api/client';
import { problemText } from '../api/problems';
import { ariaKeys, keysOf, useShortcut } from '../app/shortcuts';
import { useT } from '../i18n';
import { timeOfDay } from '../i18n/format';
import { toast } from '../ui/announce';
import { Section } from '../ui/Section';
import classes from './DetailsForm.module.css';
import { useContact } from './DeskContext';
import { Field } from './Field';
import type { Details } from './useDetails';

/** The flow's variables in the flow's order; what may be edited is a field. */
export function DetailsForm({ details }: { details: Details }) {
  const t = useT();
  const { contact, state, controls } = useContact();
  const mayEdit = controls.details.cell === 'enabled' || controls.details.cell === 'kept';
  const isLost = state.column === 'lost';
  const hasFields = details.variables.some((variable) => variable.is_editable);

  const save = async () => {
    if (isLost) {
      toast(t('details.kept_until_back'), 'warning');
      return;
    }
    if (await details.save()) toast(t('details.saved'), 'good');
  };
  useShortcut('save', () => void save(), mayEdit && hasFields);

  const isFieldError = isProblem(details.error, 'invalid') || isProblem(details.error, 'stale');
  const aside = hasFields && (
    <div className={classes.aside}>
      <Status details={details} isLost={isLost} />
      <Button
        type="submit"
        form={`details-${contact.id}`}
        variant={details.isDirty && controls.wrap_up.cell !== 'primary' && controls.hold.cell !== 'primary' && controls.transfer.cell !== 'primary' ? 'filled' : 'default'}
        leftSection={<IconDeviceFloppy size={20} stroke={1.75} aria-hidden />}
        loading={details.isSaving}
        disabled={!details.isDirty || !mayEdit}
        aria-keyshortcuts={ariaKeys('save')}
        title={keysOf('save')}
      >
        {t('details.save')}
      </Button>
    </div>
  );

  return (
    <Section title={t('details')} aside={aside}>
      <form
        id={`details-${contact.id}`}
        className={classes.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save();
        }}
      >
        {details.error !== null && !isFieldError && (
          <p className={classes.error} role="alert">
            <IconAlertTriangle size={20} stroke={1.75} aria-hidden /> {problemText(details.error)}
          </p>
        )}
        {details.variables.length === 0 && <p className="dim">{t('details.none')}</p>}
        {details.variables.map((variable) => (
          <Field key={variable.name} contact={contact.id} variable={variable} details={details} mayEdit={mayEdit} />
        ))}
      </form>
    </Section>
  );
}

function Status({ details, isLost }: { details: Details; isLost: boolean }) {
  const t = useT();
  if (!details.isDirty) return null;
  if (isLost) return <span className={classes.unsaved}>{t('details.kept_here')}</span>;
  return (
    <span className={classes.unsaved}>
      {t('details.not_saved')}
      {details.draftSavedMs !== null && <span className={classes.draft}>{t('details.draft', { time: timeOfDay(details.draftSavedMs) })}</span>}
    </span>
  );
}
