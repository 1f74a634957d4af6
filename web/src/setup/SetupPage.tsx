import { Alert, Button, PasswordInput, Skeleton, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconLinkOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState, type FormEvent } from 'react';

import { isProblem, request } from '../api/client';
import { problemText } from '../api/problems';
import type { Me } from '../api/types';
import { LanguageSwitch } from '../app/LanguageSwitch';
import { language, useT } from '../i18n';
import classes from '../session/SignIn.module.css';
import { useAdoptSession } from '../session/useSession';
import { Brand } from '../shell/Brand';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { useTitle } from '../ui/useTitle';

const SHORTEST = 12;

/** First start: creates the administrator, by the link that the server printed. */
export default function SetupPage() {
  const t = useT();
  const { token } = useParams({ strict: false });
  const path = `/setup/${encodeURIComponent(token ?? '')}`;
  const { error, isPending, refetch } = useQuery({
    queryKey: ['setup', token],
    queryFn: async () => {
      await request('GET', path, undefined, { isSignIn: true });
      return true;
    },
    retry: false,
  });
  useTitle(t('setup.title'));

  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <div className="spread">
          <Brand size="large" />
          <LanguageSwitch isSignedIn={false} />
        </div>
        <div className={`card ${classes.card}`}>
          {isPending ? (
            <Skeleton height={320} />
          ) : isProblem(error, 'setup-over') || isProblem(error, 'not-found') ? (
            <EmptyState isPage icon={IconLinkOff} title={t('setup.over')}>
              <p className="dim">{t('setup.over_text')}</p>
            </EmptyState>
          ) : error ? (
            <ErrorState what={t('setup.failed')} error={error} retry={() => void refetch()} />
          ) : (
            <Form path={path} />
          )}
        </div>
      </div>
    </main>
  );
}

function Form({ path }: { path: string }) {
  const t = useT();
  const navigate = useNavigate();
  const adopt = useAdoptSession();
  const [values, setValues] = useState({ name: '', display_name: '', password: '', again: '' });
  const [error, setError] = useState<unknown>(null);
  const [isTried, setTried] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const put = (part: Partial<typeof values>) => setValues({ ...values, ...part });
  const isShort = [...values.password].length < SHORTEST;
  const differs = values.password !== values.again;
  const serverSays = (field: string) => (isProblem(error, 'invalid') && error.body.field === field ? error.detail : undefined);
  const isAtField = ['name', 'display_name', 'password'].some((field) => serverSays(field));

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    setError(null);
    if (!values.name.trim() || !values.display_name.trim() || isShort || differs) return;
    setBusy(true);
    try {
      const body = { name: values.name.trim(), display_name: values.display_name.trim(), password: values.password, language: language() };
      adopt(await request<Me>('POST', path, body, { isSignIn: true }));
      await navigate({ to: '/start', replace: true });
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(false);
    }
  };
  const needed = (text: string) => (isTried && !text.trim() ? t('field.needed') : undefined);
  const toggle = { visibilityToggleButtonProps: { 'aria-label': t('signin.show_password') } };

  return (
    <>
      <div>
        <h1>{t('setup.title')}</h1>
        <p className="dim">{t('setup.text')}</p>
      </div>
      <form className="stack" onSubmit={(event) => void submit(event)}>
        {error !== null && !isAtField && (
          <Alert variant="outline" color="danger" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
            {problemText(error)}
          </Alert>
        )}
        <TextInput
          label={t('setup.display_name')}
          autoComplete="name"
          value={values.display_name}
          error={serverSays('display_name') ?? needed(values.display_name)}
          onChange={(event) => put({ display_name: event.currentTarget.value })}
        />
        <TextInput
          label={t('signin.name')}
          description={t('setup.name_text')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          value={values.name}
          error={serverSays('name') ?? needed(values.name)}
          onChange={(event) => put({ name: event.currentTarget.value })}
        />
        <PasswordInput
          {...toggle}
          label={t('signin.password')}
          description={t('password.rules')}
          autoComplete="new-password"
          value={values.password}
          error={serverSays('password') ?? (isTried && isShort ? t('password.short') : undefined)}
          onChange={(event) => put({ password: event.currentTarget.value })}
        />
        <PasswordInput
          {...toggle}
          label={t('setup.again')}
          autoComplete="new-password"
          value={values.again}
          error={isTried && differs ? t('password.differs') : undefined}
          onChange={(event) => put({ again: event.currentTarget.value })}
        />
        <Button type="submit" variant="filled" size="md" loading={isBusy}>
          {t('setup.submit')}
        </Button>
      </form>
    </>
  );
}
