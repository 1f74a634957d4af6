import { Button, Select, Skeleton, Tabs } from '@mantine/core';
import { IconDownload, IconFileUnknown, IconShare } from '@tabler/icons-react';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';

import { isProblem } from '../api/client';
import type { ContactDetail } from '../api/types';
import { outcomeWord } from '../desk/PastRow';
import { PathList } from '../desk/PathList';
import { useNarrow } from '../desk/useNarrow';
import { useT, type MessageId } from '../i18n';
import { clock, customer, dateTime } from '../i18n/format';
import { phone } from '../i18n/phone';
import { announce } from '../ui/announce';
import { CopyButton } from '../ui/CopyButton';
import { DeniedState } from '../ui/DeniedState';
import { EmptyState } from '../ui/EmptyState';
import { ErrorState } from '../ui/ErrorState';
import classes from './ContactPage.module.css';
import { RawTrace, TraceTable } from './TraceTable';
import { Timeline } from './Timeline';
import { useContactRecord } from './useContactRecord';
import { VariableTable } from './VariableTable';
import { useTitle } from '../ui/useTitle';

const TABS = ['trace', 'variables', 'events', 'raw'] as const;
type Tab = (typeof TABS)[number];
const WORDS: Record<Tab, MessageId> = { trace: 'tab.trace', variables: 'tab.variables', events: 'tab.events', raw: 'tab.raw' };

/** One contact, now or past: what happened, step by step. */
export default function ContactPage() {
  const t = useT();
  const { contactId } = useParams({ strict: false });
  const id = contactId ?? '';
  const { data, error, refetch } = useContactRecord(id);
  useTitle(t('contact.title', { id: id.slice(-8) }));

  if (isProblem(error, 'not-your-contact') || isProblem(error, 'wrong-role')) {
    return (
      <main id="main" tabIndex={0}>
        <DeniedState title={t('denied.contact')}>{t('denied.contact_text')}</DeniedState>
      </main>
    );
  }
  if (isProblem(error, 'not-found')) {
    return (
      <main id="main" className={classes.page}>
        <EmptyState isPage icon={IconFileUnknown} title={t('contact.unknown', { id: id.slice(-8) })} />
      </main>
    );
  }
  return (
    <main id="main" className={classes.page} tabIndex={-1}>
      {error && !data ? <ErrorState what={t('contact.failed', { id: id.slice(-8) })} error={error} retry={() => void refetch()} /> : data ? <Loaded data={data} /> : <Bones />}
    </main>
  );
}

function Loaded({ data }: { data: ContactDetail }) {
  const t = useT();
  const navigate = useNavigate();
  const isNarrow = useNarrow();
  const { tab } = useSearch({ strict: false });
  const shown: Tab = TABS.find((one) => one === tab) ?? 'trace';
  const { contact } = data;
  const show = (next: string | null) => {
    const wanted = TABS.find((one) => one === next) ?? 'trace';
    void navigate({ to: '/contacts/$contactId', params: { contactId: contact.id }, search: { tab: wanted }, replace: true });
  };
  const share = async () => {
    await navigator.clipboard.writeText(location.href);
    announce(t('copied'));
  };

  return (
    <>
      <header className="card">
        <div className="spread wrap">
          <div className={classes.who}>
            <h1 className={classes.name}>{contact.customer_name ? customer(contact.customer_name) : phone(contact.ani)}</h1>
            <span className="row meta num">
              …{contact.id.slice(-8)}
              <CopyButton text={contact.id} what={t('contact.id')} />
            </span>
            <span className={classes.outcome} data-outcome={contact.is_live ? 'live' : contact.outcome}>
              {outcomeWord(contact)}
            </span>
          </div>
          <div className="row">
            <Button size="xs" leftSection={<IconShare size={16} stroke={1.75} aria-hidden />} onClick={() => void share()}>
              {t('contact.share')}
            </Button>
            <Button
              size="xs"
              component="a"
              href={`/api/v1/contacts/${encodeURIComponent(contact.id)}/trace?format=ndjson`}
              download
              leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />}
            >
              {t('contact.download')}
            </Button>
          </div>
        </div>
        <dl className={classes.facts}>
          <Fact name={t('column.time')} value={dateTime(contact.arrived_ms)} />
          {contact.customer_name && <Fact name={t('fact.ani')} value={phone(contact.ani)} />}
          <Fact name={t('fact.dnis')} value={phone(data.dnis)} />
          <Fact name={t('fact.entry_point')} value={data.entry_point} />
          <Fact name={t('queue')} value={contact.queue ?? t('none')} />
          <Fact name={t('fact.agent')} value={contact.agent ?? t('none')} />
          <Fact name={t('column.talk')} value={contact.talk_ms > 0 ? clock(contact.talk_ms) : t('none')} />
          <Fact name={t('fact.flow')} value={data.flow} />
        </dl>
        <Timeline detail={data} />
      </header>
      {isNarrow && <Select aria-label={t('contact.tabs')} data={TABS.map((one) => ({ value: one, label: t(WORDS[one]) }))} value={shown} onChange={show} allowDeselect={false} />}
      <Tabs value={shown} onChange={show} keepMounted={false}>
        {!isNarrow && (
          <Tabs.List aria-label={t('contact.tabs')}>
            {TABS.map((one) => (
              <Tabs.Tab key={one} value={one}>
                {t(WORDS[one])}
              </Tabs.Tab>
            ))}
          </Tabs.List>
        )}
        <div className={classes.body}>
          {shown === 'trace' && <TraceTable id={contact.id} isLive={contact.is_live} />}
          {shown === 'variables' && <VariableTable variables={data.variables} />}
          {shown === 'events' && (
            <div className="card">
              <PathList path={data.path} />
            </div>
          )}
          {shown === 'raw' && <RawTrace id={contact.id} isLive={contact.is_live} />}
        </div>
      </Tabs>
    </>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt className="meta">{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Bones() {
  const t = useT();
  return (
    <div className="stack" aria-busy="true">
      <span className="visually-hidden">{t('loading')}</span>
      <Skeleton height={132} radius={10} />
      <Skeleton height={36} radius={6} />
      <Skeleton height={320} radius={10} />
    </div>
  );
}
