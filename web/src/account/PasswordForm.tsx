import { Button, PasswordInput } from '@mantine/core';
import { useState, type FormEvent } from 'react';

import { isProblem, request } from '../api/client';
import { problemText } from '../api/problems';
import { useT } from '../i18n';
import { toast } from '../ui/announce';

const SHORTEST = 12;

/** Changes one's own password; sessions elsewhere end. */
export function PasswordForm({ onDone }: { onDone: () => void }) {
  const t = useT();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [again, setAgain] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const isShort = [...next].length < SHORTEST;
  const differs = next !== again;
  const field = isProblem(error, 'invalid') ? error.body.field : null;

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (isShort || differs || old === '') return;
    setBusy(true);
    try {
      await request('PUT', '/session/password', { old, new: next });
      setOld('');
      setNext('');
      setAgain('');
      setTried(false);
      toast(t('password.changed'), 'good');
      onDone();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const toggle = { visibilityToggleButtonProps: { 'aria-label': t('signin.show_password') } };

  return (
    <form className="stack" onSubmit={(event) => void submit(event)}>
      <PasswordInput
        {...toggle}
        label={t('password.old')}
        autoComplete="current-password"
        value={old}
        onChange={(event) => setOld(event.currentTarget.value)}
        error={field === 'old' ? t('password.old_wrong') : isTried && old === '' ? t('field.needed') : undefined}
      />
      <PasswordInput
        {...toggle}
        label={t('password.new')}
        description={t('password.rules')}
        autoComplete="new-password"
        value={next}
        onChange={(event) => setNext(event.currentTarget.value)}
        error={field === 'new' && isProblem(error) ? t('password.refused', { detail: error.detail }) : isTried && isShort ? t('password.short') : undefined}
      />
      <PasswordInput
        {...toggle}
        label={t('password.again')}
        autoComplete="new-password"
        value={again}
        onChange={(event) => setAgain(event.currentTarget.value)}
        error={isTried && differs ? t('password.differs') : undefined}
      />
      {error !== null && !field && <p role="alert">{problemText(error)}</p>}
      <Button type="submit" loading={isBusy} style={{ alignSelf: 'flex-start' }}>
        {t('password.change')}
      </Button>
    </form>
  );
}
