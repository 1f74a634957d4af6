import { useQueryClient } from '@tanstack/react-query';

import { PasswordForm } from '../account/PasswordForm';
import { useT } from '../i18n';
import classes from '../session/SignIn.module.css';
import { Brand } from './Brand';

/** A password that an administrator has given must be changed before anything else. */
export function PasswordGate() {
  const t = useT();
  const client = useQueryClient();
  return (
    <main className={classes.page}>
      <div className={classes.box}>
        <Brand size="large" />
        <div className={`card ${classes.card}`}>
          <h1>{t('password.gate')}</h1>
          <p className="dim">{t('password.gate_text')}</p>
          <PasswordForm onDone={() => void client.invalidateQueries({ queryKey: ['session'] })} />
        </div>
      </div>
    </main>
  );
}
