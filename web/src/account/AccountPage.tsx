import { SegmentedControl } from '@mantine/core';
import { type ReactNode } from 'react';

import { problemText } from '../api/problems';
import { LanguageSwitch } from '../app/LanguageSwitch';
import { changePreferences, preferences, type Theme } from '../app/preferences';
import { useT, type MessageId } from '../i18n';
import { list } from '../i18n/format';
import { useMe } from '../session/useSession';
import type { Role } from '../api/types';
import { toast } from '../ui/announce';
import { Section } from '../ui/Section';
import { useStore } from '../ui/store';
import classes from './Account.module.css';
import { PasswordForm } from './PasswordForm';
import { ShortcutList } from './ShortcutList';
import { SoundSettings } from './SoundSettings';
import { useTitle } from '../ui/useTitle';

const ROLES: Record<Role, MessageId> = {
  administrator: 'role.administrator',
  flow_developer: 'role.flow_developer',
  supervisor: 'role.supervisor',
  agent: 'role.agent',
  auditor: 'role.auditor',
};

/** Me, my devices, my keys. */
export default function AccountPage() {
  const t = useT();
  const me = useMe();
  const { theme, density } = useStore(preferences);
  useTitle(t('page.account'));
  const change = (part: Parameters<typeof changePreferences>[0]) => {
    changePreferences(part, true).catch((error: unknown) => toast(problemText(error), 'error'));
  };

  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      <div>
        <h1>{me.display_name}</h1>
        <p className="dim">
          {me.name} · {list(me.roles.map((role) => t(ROLES[role])))}
        </p>
      </div>
      <Section title={t('account.look')}>
        <div className={classes.choices}>
          <Choice label={t('language')}>
            <LanguageSwitch isSignedIn />
          </Choice>
          <Choice label={t('theme')}>
            <SegmentedControl
              size="xs"
              aria-label={t('theme')}
              value={theme}
              onChange={(value) => change({ theme: value as Theme })}
              data={[
                { value: 'system', label: t('theme.system') },
                { value: 'light', label: t('theme.light') },
                { value: 'dark', label: t('theme.dark') },
              ]}
            />
          </Choice>
          <Choice label={t('density')}>
            <SegmentedControl
              size="xs"
              aria-label={t('density')}
              value={density}
              onChange={(value) => change({ density: value === 'compact' ? 'compact' : 'comfortable' })}
              data={[
                { value: 'comfortable', label: t('density.comfortable') },
                { value: 'compact', label: t('density.compact') },
              ]}
            />
          </Choice>
        </div>
      </Section>
      {me.agent && (
        <Section title={t('account.sound')}>
          <SoundSettings />
        </Section>
      )}
      <Section title={t('shortcuts.title')}>
        <ShortcutList isEditable />
      </Section>
      <Section title={t('password.change')}>
        <div className={classes.narrow}>
          <PasswordForm onDone={() => undefined} />
        </div>
      </Section>
    </main>
  );
}

function Choice({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.choice}>
      <span aria-hidden>{label}</span>
      {children}
    </div>
  );
}
