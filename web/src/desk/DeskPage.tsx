import { Skeleton } from '@mantine/core';
import { IconDevices } from '@tabler/icons-react';
import { Navigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { desk as commands } from '../api/commands';
import { problemText } from '../api/problems';
import type { Elsewhere as ElsewhereDesktop } from '../api/types';
import { useT } from '../i18n';
import { live, useLive } from '../live/desk';
import { tabName } from '../live/tab';
import { useMe } from '../session/useSession';
import { toast } from '../ui/announce';
import { DeniedState } from '../ui/DeniedState';
import { EmptyState } from '../ui/EmptyState';
import { ContactList } from './ContactList';
import { ContactWork, OfferView } from './ContactView';
import { DeskFoot } from './DeskFoot';
import { useDeskIfAny, type Desk } from './DeskContext';
import classes from './DeskPage.module.css';
import { DeskSignIn } from './DeskSignIn';
import { desktopLabel } from './desktopLabel';
import { ElsewhereCard } from './ElsewhereCard';
import { LeftDrafts } from './LeftDrafts';
import { MissedCard } from './MissedCard';
import { ReadyCard } from './ReadyCard';
import { SidePanel } from './SidePanel';
import { lastSignIn } from './signInChoice';
import { useNarrow, useWide } from './useNarrow';

/** Loading that takes longer says what it waits for. */
const LONG_MS = 10_000;

/** The Agent Desktop, in whatever state it is. */
export default function DeskPage() {
  const t = useT();
  const me = useMe();
  const desk = useDeskIfAny();
  const { gone, refusal } = useLive();
  const { contactId } = useParams({ strict: false });

  if (refusal === 'no-team') return <main id="main"><DeniedState title={t('denied.no_team')}>{t('denied.ask')}</DeniedState></main>;
  if (!me.agent || refusal === 'no-agent' || refusal === 'wrong-role') return <main id="main"><DeniedState title={t('denied.no_agent')}>{t('denied.ask')}</DeniedState></main>;
  if (gone?.reason === 'elsewhere') {
    return (
      <main id="main" className={classes.plain}>
        <Elsewhere elsewhere={gone.elsewhere} />
      </main>
    );
  }
  if (!desk) return <Bones />;
  if (desk.state.under === 'signed_out') {
    return (
      <main id="main" className={classes.plain}>
        <DeskSignIn />
      </main>
    );
  }
  // A contact that is not here any more is read on its own page.
  if (contactId && contactId !== desk.view.contact?.id) return <Navigate to="/contacts/$contactId" params={{ contactId }} replace />;
  return <Working desk={desk} />;
}

/** This desktop was let go of; it can be taken back. */
function Elsewhere({ elsewhere }: { elsewhere: ElsewhereDesktop }) {
  const t = useT();
  const [isKept, setKept] = useState(false);
  const takeOver = async () => {
    const { team, device } = lastSignIn();
    try {
      await commands.signIn({ team: team ?? null, device: device ?? 'browser', tab: tabName(), label: desktopLabel(), take_over: true });
      live.restart();
    } catch (error) {
      toast(problemText(error), 'error');
    }
  };
  if (isKept) return <EmptyState isPage icon={IconDevices} title={t('elsewhere.kept')} />;
  return <ElsewhereCard elsewhere={elsewhere} onUse={() => void takeOver()} onKeep={() => setKept(true)} />;
}

function Working({ desk }: { desk: Desk }) {
  const t = useT();
  const isNarrow = useNarrow();
  const isWide = useWide();
  const { contact } = desk.view;
  const hasSide = isWide && Boolean(contact);

  return (
    <div className={classes.page} data-side={hasSide || undefined}>
      {!isNarrow && (
        <aside className={classes.list} aria-label={t('list')}>
          <ContactList />
        </aside>
      )}
      {/* Without a contact nothing in it may take the focus, and long text must scroll by keyboard. */}
      <main className={classes.main} id="main" tabIndex={contact ? -1 : 0}>
        <LeftDrafts current={contact?.id ?? null} />
        <Main desk={desk} hasSide={hasSide} />
      </main>
      {hasSide && (
        <aside className={classes.side} aria-label={t('side')}>
          <SidePanel key={contact?.id} />
        </aside>
      )}
      <div className={classes.foot}>
        <DeskFoot />
      </div>
    </div>
  );
}

function Main({ desk, hasSide }: { desk: Desk; hasSide: boolean }) {
  const { contact } = desk.view;
  switch (desk.state.under) {
    case 'signed_out':
    case 'idle':
    case 'available':
      return <ReadyCard />;
    case 'rona':
      return <MissedCard />;
    case 'offered':
      return contact ? <OfferView /> : <ReadyCard />;
    case 'dialling':
    case 'answered':
    case 'on_hold':
    case 'consulting':
    case 'conference':
    case 'wrap_up':
      return contact ? <ContactWork key={contact.id} hasSide={hasSide} /> : <ReadyCard />;
  }
}

/** Before the first view: the places of head and controls, so that nothing jumps. */
function Bones() {
  const t = useT();
  const isNarrow = useNarrow();
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), LONG_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.page} aria-busy="true">
      {!isNarrow && <aside className={classes.list} aria-label={t('list')} />}
      <main className={classes.main} id="main">
        <p className={isLong ? 'dim' : 'visually-hidden'} role="status">
          {t('loading.desk')}
        </p>
        <div className="stack" aria-hidden>
          <Skeleton height={72} radius={10} />
          <div className="row">
            {Array.from({ length: 7 }, (_, at) => (
              <Skeleton key={at} height={56} radius={8} />
            ))}
          </div>
          <Skeleton height={240} radius={10} />
        </div>
      </main>
    </div>
  );
}
