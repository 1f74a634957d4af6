import { Button, Skeleton, Tabs } from '@mantine/core';
import { IconExternalLink, IconHistory } from '@tabler/icons-react';
import { useEffect, useState } from 'react';

import type { Pop } from '../api/types';
import { useT } from '../i18n';
import { isNumber } from '../i18n/phone';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import { useStore } from '../ui/store';
import { useContact } from './DeskContext';
import { PastRow } from './PastRow';
import { openByHand, panelPop, tell } from './pops';
import classes from './SidePanel.module.css';
import { numberOf } from './state';
import { useCallerHistory } from './useHistory';

/** History with this caller, and the CRM's page where a flow opens it here. */
export function SidePanel() {
  const t = useT();
  const { contact } = useContact();
  const latest = useStore(panelPop);
  const pop = contact.pop?.target === 'panel' ? contact.pop : latest?.contact === contact.id ? latest : null;
  const [choice, setChoice] = useState<{ tab: string; pop: number | null } | null>(null);
  const popId = pop?.id ?? null;
  // A new pop shows itself; what was chosen before it does not hold any more.
  const tab = choice?.pop === popId ? choice.tab : pop ? 'crm' : 'history';

  return (
    <Tabs value={tab} onChange={(next) => setChoice({ tab: next ?? 'history', pop: popId })} className={classes.panel} keepMounted>
      <Tabs.List>
        <Tabs.Tab value="history">{t('side.history')}</Tabs.Tab>
        {pop && <Tabs.Tab value="crm">{t('side.crm')}</Tabs.Tab>}
      </Tabs.List>
      <Tabs.Panel value="history" className={classes.body}>
        <CallerHistory ani={numberOf(contact)} current={contact.id} />
      </Tabs.Panel>
      {pop && (
        <Tabs.Panel value="crm" className={classes.crm}>
          <CrmFrame key={pop.id} pop={pop} />
        </Tabs.Panel>
      )}
    </Tabs>
  );
}

export function CallerHistory({ ani, current }: { ani: string; current: string }) {
  const t = useT();
  const { data, error, isPending, refetch } = useCallerHistory(ani, current);
  if (!isNumber(ani)) return <EmptyState icon={IconHistory} title={t('history.no_number')} />;
  if (error) return <ErrorState what={t('history.failed')} error={error} retry={() => void refetch()} />;
  if (isPending) {
    return (
      <div className="stack" aria-hidden>
        <Skeleton height={36} />
        <Skeleton height={36} />
      </div>
    );
  }
  const earlier = data.filter((past) => past.id !== current);
  if (earlier.length === 0) return <EmptyState icon={IconHistory} title={t('history.first')} />;
  return (
    <>
      <h2 className={classes.title}>{t('history.title')}</h2>
      <ul>
        {earlier.map((past) => (
          <PastRow key={past.id} past={past} hasName={false} />
        ))}
      </ul>
    </>
  );
}

const LOAD_MS = 8_000;

/** The CRM's page. A browser does not say that a page refuses to be framed, so a button stands beside it. */
function CrmFrame({ pop }: { pop: Pop }) {
  const t = useT();
  const [state, setState] = useState<'loading' | 'shown' | 'silent'>('loading');
  useEffect(() => {
    const timer = setTimeout(() => {
      setState((before) => {
        if (before !== 'loading') return before;
        tell(pop, 'not_frameable');
        return 'silent';
      });
    }, LOAD_MS);
    return () => clearTimeout(timer);
  }, [pop.id]); // eslint-disable-line react-hooks/exhaustive-deps -- once for each pop

  const loaded = () => {
    if (state !== 'loading') return;
    setState('shown');
    if (!pop.outcome) tell(pop, 'opened');
  };
  return (
    <>
      <div className={`spread ${classes.bar}`}>
        <span className="meta">{t(state === 'silent' ? 'pop.not_frameable' : 'pop.hint')}</span>
        <Button size="compact-sm" leftSection={<IconExternalLink size={16} stroke={1.75} aria-hidden />} onClick={() => openByHand({ ...pop, target: 'new_tab' })}>
          {t('pop.new_tab')}
        </Button>
      </div>
      <iframe className={classes.frame} src={pop.url} title={pop.label || t('side.crm')} onLoad={loaded} referrerPolicy="no-referrer" />
    </>
  );
}
