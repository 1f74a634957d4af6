import { IconFlask } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

import { isProblem, request } from '../api/client';
import type { TrialView } from '../api/types';
import { LanguageSwitch } from '../app/LanguageSwitch';
import { useT } from '../i18n';
import { SessionDialog } from '../session/SessionDialog';
import { useSession } from '../session/useSession';
import { Brand } from '../shell/Brand';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { useStore } from '../ui/store';
import { useTitle } from '../ui/useTitle';
import { AgentPanel } from './AgentPanel';
import { CallerPanel } from './CallerPanel';
import { CasePanel } from './CasePanel';
import { EarBar } from './EarBar';
import { FlowPanel } from './FlowPanel';
import { closePhone, phone } from './phone';
import { Strip } from './Strip';
import { Summary } from './Summary';
import classes from './Try.module.css';
import { useCase } from './useCase';

/** One person is caller and agent at once, and sees what the flow does between them. */
export default function TryPage() {
  const t = useT();
  const { data: me } = useSession();
  const navigate = useNavigate();

  useTitle(t('try.title'));
  useEffect(() => {
    if (me === null) void navigate({ to: '/signin', search: { next: '/try' }, replace: true });
  }, [me, navigate]);
  if (!me) return null;
  return (
    <div className={classes.page}>
      <header className={classes.header}>
        <Brand />
        <h1>{t('try.title')}</h1>
        <span className={classes.badge}>
          <IconFlask size={16} stroke={1.75} aria-hidden />
          {t('try.sandbox')}
        </span>
        <span className={classes.space} />
        <Link to="/">{t('try.leave')}</Link>
        <LanguageSwitch isSignedIn />
      </header>
      <Trial />
      <SessionDialog />
    </div>
  );
}

function Trial() {
  const t = useT();
  const { data, error, refetch } = useQuery({ queryKey: ['try'], queryFn: () => request<TrialView>('GET', '/try'), staleTime: Infinity, retry: 1 });
  if (isProblem(error, 'try-off')) {
    return (
      <main id="main">
        <EmptyState icon={IconFlask} title={t('try.off')}>
          <p className="dim">{t('try.off_text')}</p>
          <code className="code">{'[try] enabled = true' /* eslint-disable-line lingui/no-unlocalized-strings -- configuration */}</code>
        </EmptyState>
      </main>
    );
  }
  if (error) return <main id="main"><ErrorState what={t('try.failed')} error={error} retry={() => void refetch()} /></main>;
  return data ? <Sides view={data} /> : null;
}

type Tab = 'caller' | 'flow' | 'agent';

function Sides({ view }: { view: TrialView }) {
  const t = useT();
  const [from, setFrom] = useState(view.callers[0]?.number ?? '');
  const [to, setTo] = useState(view.numbers[0]?.number ?? '');
  const [tab, setTab] = useState<Tab>('caller');
  const shown = useCase(from, useStore(phone));
  useEffect(() => closePhone, []);

  const tabs: [Tab, string][] = [
    ['caller', t('try.tab_caller')],
    ['flow', t('try.tab_flow')],
    ['agent', t('try.tab_agent')],
  ];
  return (
    <>
      <nav className={classes.tabs} aria-label={t('try.title')}>
        {tabs.map(([name, word]) => (
          <button key={name} type="button" className={classes.tab} aria-pressed={tab === name} onClick={() => setTab(name)}>
            {word}
          </button>
        ))}
      </nav>
      <main id="main" className={classes.sides} data-tab={tab}>
        <section className={classes.caller} aria-labelledby="try-caller">
          <h2 id="try-caller" className={classes.title}>{t('try.caller')}</h2>
          <CallerPanel view={view} from={from} onFrom={setFrom} to={to} onTo={setTo}>
            <Summary shown={shown} onFlow={() => setTab('flow')} />
          </CallerPanel>
        </section>
        <section className={classes.flow} aria-labelledby="try-flow">
          <h2 id="try-flow" className={classes.title}>{t('try.flow')}</h2>
          <FlowPanel />
          <CasePanel shown={shown} />
        </section>
        <section className={classes.agent} aria-labelledby="try-agent">
          <h2 id="try-agent" className={classes.title}>{t('try.agent')}</h2>
          <AgentPanel />
        </section>
      </main>
      <footer className={classes.foot}>
        <EarBar />
        <Strip hasNote={shown.fresh.size > 0} />
      </footer>
    </>
  );
}
