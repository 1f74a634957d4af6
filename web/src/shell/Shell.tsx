import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect, useState, type ReactNode } from 'react';

import { attachHeadset } from '../audio/headset/headset';
import { attachLine } from '../audio/line';
import { resumeReadiness } from '../audio/readiness';
import { useShortcut } from '../app/shortcuts';
import { DeskEffects } from '../desk/DeskEffects';
import { DeskProvider } from '../desk/DeskContext';
import { FloatingOffer } from '../desk/FloatingOffer';
import { useNarrow } from '../desk/useNarrow';
import { useT } from '../i18n';
import { standForLeader } from '../live/tabs';
import { SessionDialog } from '../session/SessionDialog';
import { useSession } from '../session/useSession';
import { Bars } from './Bars';
import { Header } from './Header';
import { Palette } from './Palette';
import { PasswordGate } from './PasswordGate';
import { Rail } from './Rail';
import { ShortcutsDialog } from './ShortcutsDialog';
import classes from './Shell.module.css';

/** Everything around a page for somebody who is signed in. */
export function Shell({ children, isPanel }: { children: ReactNode; isPanel?: boolean }) {
  const { data: me } = useSession();
  const navigate = useNavigate();

  useEffect(() => {
    // Once: this page is still here while the other one is fetched.
    if (me === null) void navigate({ to: '/signin', search: { next: location.pathname + location.search }, replace: true });
  }, [me, navigate]);
  if (!me) return null;
  if (me.must_change_password) return <PasswordGate />;
  return (
    <>
      {me.agent ? (
        <AgentShell>
          <Frame isPanel={isPanel}>{children}</Frame>
        </AgentShell>
      ) : (
        <Frame isPanel={isPanel}>{children}</Frame>
      )}
      <SessionDialog />
    </>
  );
}

function AgentShell({ children }: { children: ReactNode }) {
  useEffect(() => {
    standForLeader();
    void resumeReadiness();
    const stops = [attachLine(), attachHeadset()];
    return () => stops.forEach((stop) => stop());
  }, []);
  return (
    <DeskProvider>
      <DeskEffects />
      {children}
    </DeskProvider>
  );
}

function Frame({ children, isPanel }: { children: ReactNode; isPanel?: boolean }) {
  const t = useT();
  const isNarrow = useNarrow();
  const [isListOpen, setListOpen] = useState(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  useShortcut('shortcuts', () => setListOpen(true));
  const hasRail = !isPanel && !isNarrow;

  return (
    <div className={classes.shell} data-rail={hasRail || undefined}>
      <a href="#main" className={classes.skip}>
        {t('skip')}
      </a>
      <Header isPanel={isPanel} onShortcuts={() => setListOpen(true)} />
      {hasRail && <Rail />}
      <div className={classes.content}>
        <Bars />
        <div className={classes.page}>{children}</div>
      </div>
      {path !== '/agent' && !path.startsWith('/agent/c/') && !isPanel && <FloatingOffer />}
      <Palette onShortcuts={() => setListOpen(true)} />
      <ShortcutsDialog isOpen={isListOpen} onClose={() => setListOpen(false)} />
    </div>
  );
}
