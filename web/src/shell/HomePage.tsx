import { Button } from '@mantine/core';
import { IconFileSearch, IconSearch, IconSettings } from '@tabler/icons-react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect } from 'react';

import { keysOf } from '../app/shortcuts';
import classes from '../desk/cards.module.css';
import { useT } from '../i18n';
import { hasRole, useMe } from '../session/useSession';
import { useSteps } from '../start/configuration';
import { useTitle } from '../ui/useTitle';
import { palette } from './paletteStore';

/** The way to the role's own page; agents go to their desktop. */
export default function HomePage() {
  const t = useT();
  const me = useMe();
  const navigate = useNavigate();
  const isAgent = Boolean(me.agent);
  const isAdministrator = hasRole(me, 'administrator');
  const { data: steps } = useSteps(isAdministrator);
  useTitle(t('page.home'));
  useEffect(() => {
    // Once: this page may be drawn again and again while the desktop is fetched.
    if (isAgent) void navigate({ to: '/agent', replace: true });
  }, [isAgent, navigate]);
  if (isAgent) return null;
  return (
    <main id="main" tabIndex={-1}>
      <div className={`card ${classes.center}`}>
        <h1>{t('home.title', { name: me.display_name })}</h1>
        {steps && !steps.is_complete && (
          <div className="stack">
            <p>{t('home.setup_text')}</p>
            <Button variant="filled" size="md" onClick={() => void navigate({ to: '/start' })}>
              {t('home.setup')}
            </Button>
          </div>
        )}
        <Link to="/contacts" className="row">
          <IconFileSearch size={20} stroke={1.75} aria-hidden />
          {t('page.contacts')}
        </Link>
        <Link to="/account" className="row">
          <IconSettings size={20} stroke={1.75} aria-hidden />
          {t('page.account')}
        </Link>
        <Button leftSection={<IconSearch size={20} stroke={1.75} aria-hidden />} onClick={() => palette.open()}>
          {t('home.search', { keys: keysOf('palette') })}
        </Button>
      </div>
    </main>
  );
}
