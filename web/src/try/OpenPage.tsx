import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';

import { request } from '../api/client';
import { problemText } from '../api/problems';
import type { Me } from '../api/types';
import { changePreferences } from '../app/preferences';
import { language, useT } from '../i18n';
import { SignInForm } from '../session/SignInForm';
import classes from '../session/SignIn.module.css';
import { useAdoptSession } from '../session/useSession';
import { Brand } from '../shell/Brand';
import { useTitle } from '../ui/useTitle';

/** The address that the demonstration prints: signs in once, without a password. */
export default function OpenPage() {
  const t = useT();
  const navigate = useNavigate();
  const adopt = useAdoptSession();
  const { token } = useParams({ strict: false });
  const [why, setWhy] = useState('');
  const isAsked = useRef(false);
  const goOn = () => void navigate({ to: '/try', replace: true });

  useTitle(t('try.title'));
  useEffect(() => {
    // The link is good for one request, however often React asks.
    if (isAsked.current) return;
    isAsked.current = true;
    const open = async () => {
      try {
        // Nobody has chosen a language for the demonstration's user: this browser's is good.
        await changePreferences({ language: language() }, false);
        adopt(await request<Me>('POST', '/session/link', { token: token ?? '' }, { isSignIn: true }));
        goOn();
      } catch (error) {
        // Whoever opens it again in the same browser is signed in already.
        const me = await request<Me>('GET', '/session', undefined, { isSignIn: true }).catch(() => null);
        if (me) {
          adopt(me);
          goOn();
        } else {
          setWhy(problemText(error));
        }
      }
    };
    void open();
  });

  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <Brand size="large" />
        <div className={`card ${classes.card}`}>
          <h1>{t(why ? 'signin.title' : 'try.opening')}</h1>
          {why && (
            <>
              <p role="alert">{why}</p>
              <SignInForm onDone={goOn} />
            </>
          )}
        </div>
      </div>
    </main>
  );
}
