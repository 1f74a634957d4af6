import { PasswordInput, Textarea, TextInput } from '@mantine/core';

import { useT } from '../i18n';
import { FIELDS, type ConnectorForm, type SecretName } from './connector';

interface Props {
  form: ConnectorForm;
  error: (field: string) => string | undefined;
  isKept: (name: SecretName) => boolean;
  onChange: (part: Partial<ConnectorForm>) => void;
}

/** What the chosen grant needs. Secrets can be written and never read. */
export function GrantFields({ form, error, isKept, onChange }: Props) {
  const t = useT();
  return FIELDS[form.grant].map((field) => {
    if (field === 'client_id' || field === 'username' || field === 'subject' || field === 'audience') {
      return (
        <TextInput
          key={field}
          label={t(`start.field.${field}`)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          value={form[field]}
          error={error(field)}
          onChange={(event) => onChange({ [field]: event.currentTarget.value })}
        />
      );
    }
    const shared = {
      label: t(`start.field.${field}`),
      description: field === 'password' ? t('start.password_text') : undefined,
      placeholder: isKept(field) ? t('start.secret_kept') : undefined,
      autoComplete: 'off',
      value: form.secrets[field],
      error: error(field),
    };
    const put = (value: string) => onChange({ secrets: { ...form.secrets, [field]: value } });
    if (field === 'private_key') {
      return <Textarea key={field} {...shared} rows={4} spellCheck={false} onChange={(event) => put(event.currentTarget.value)} />;
    }
    return (
      <PasswordInput
        key={field}
        {...shared}
        visibilityToggleButtonProps={{ 'aria-label': t('start.show_secret') }}
        onChange={(event) => put(event.currentTarget.value)}
      />
    );
  });
}
