import { useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';

import { LanguageSwitch } from '../app/LanguageSwitch';
import { Brand } from '../shell/Brand';
import { useT } from '../i18n';
import { SignInForm } from './SignInForm';
import { useSession } from './useSession';
import classes from './SignIn.module.css';
import { useTitle } from '../ui/useTitle';

/** Only places of this site: an address in `next` leads nowhere else. */
function safe(next: string | undefined): string {
  return next && /^\/(?![/\\])/.test(next) && !next.startsWith('/signin') ? next : '/';
}

export default function SignInPage() {
  const t = useT();
  const navigate = useNavigate();
  const { next } = useSearch({ strict: false });
  const { data: me } = useSession();
  const target = safe(next);

  useTitle(t('signin.title'));
  useEffect(() => {
    if (me) void navigate({ href: target, replace: true });
  }, [me, navigate, target]);

  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <div className="spread">
          <Brand size="large" />
          <LanguageSwitch isSignedIn={false} />
        </div>
        <div className={`card ${classes.card}`}>
          <h1>{t('signin.title')}</h1>
          <SignInForm onDone={() => undefined} />
        </div>
        <p className="meta">{t('signin.help')}</p>
      </div>
    </main>
  );
}
