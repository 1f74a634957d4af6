import { Alert, Button, PasswordInput, TextInput } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';

import { isProblem } from '../api/client';
import { problemText } from '../api/problems';
import { t as text, useT, type MessageId } from '../i18n';
import { useSignIn } from './useSession';

interface Props {
  /** The name of the session that ended, which cannot be changed then. */
  fixedName?: string;
  onDone: () => void;
}

const SENTENCES: Record<string, MessageId> = {
  'wrong-sign-in': 'signin.wrong',
  'locked-out': 'signin.locked',
  disabled: 'signin.disabled',
};

function sentence(error: unknown): string {
  if (!isProblem(error)) return problemText(error);
  const known = SENTENCES[error.code];
  return known ? text(known) : problemText(error);
}

/** Name and password; on the sign-in page and in the dialog over a page whose session ended. */
export function SignInForm({ fixedName, onDone }: Props) {
  const t = useT();
  const signIn = useSignIn();
  const [name, setName] = useState(fixedName ?? '');
  const [password, setPassword] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      await signIn(name.trim(), password);
      onDone();
    } catch (problem) {
      setError(problem);
      setPassword('');
    } finally {
      setBusy(false);
    }
  };

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      {error !== null && (
        <Alert color="danger" variant="outline" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
          {sentence(error)}
        </Alert>
      )}
      <TextInput
        label={t('signin.name')}
        name="username"
        autoComplete="username"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
        readOnly={fixedName !== undefined}
        autoCapitalize="none"
        spellCheck={false}
        required
        withAsterisk={false}
        data-autofocus={fixedName === undefined || undefined}
      />
      <PasswordInput
        label={t('signin.password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
        required
        withAsterisk={false}
        data-autofocus={fixedName !== undefined || undefined}
        visibilityToggleButtonProps={{ 'aria-label': t('signin.show_password') }}
      />
      <Button type="submit" variant="filled" size="md" loading={isBusy} fullWidth>
        {t('signin.submit')}
      </Button>
    </form>
  );
}
