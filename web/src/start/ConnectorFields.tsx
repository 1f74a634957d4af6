import { Alert, Button, Radio, Select, TextInput } from '@mantine/core';
import { IconAlertTriangle, IconPlugConnected } from '@tabler/icons-react';
import { useState, type FormEvent } from 'react';

import { problemText } from '../api/problems';
import { useT } from '../i18n';
import { announce } from '../ui/announce';
import { configuration, useReread } from './configuration';
import { emptyForm, formOf, GRANTS, isKept, unfinished, valueOf, type ConnectorForm, type Grant } from './connector';
import { ConnectionReport } from './ConnectionReport';
import { GrantFields } from './GrantFields';
import { PlaceChoice } from './PlaceChoice';
import { StepButtons } from './StepButtons';
import type { Kept, Report } from './types';

interface Props {
  old: Kept | null;
  taken: string[];
  onDone: () => void;
}

/** The form of a Salesforce connector, with its test. */
export function ConnectorFields({ old, taken, onDone }: Props) {
  const t = useT();
  const reread = useReread();
  const [form, setForm] = useState<ConnectorForm>(() => (old ? formOf(old.value) : emptyForm()));
  const [report, setReport] = useState<Report | null>(null);
  const [error, setError] = useState<unknown>(null);
  const [isTried, setTried] = useState(false);
  const [busy, setBusy] = useState<'test' | 'save' | null>(null);
  const id = old?.id ?? (taken.includes('salesforce') ? `salesforce-${taken.length}` : 'salesforce');
  const kept = old?.value ?? null;
  const wrong = isTried ? unfinished(form, kept) : [];
  const at = (field: string) => (wrong.includes(field) ? t(field === 'url' ? 'start.url_wrong' : 'field.needed') : undefined);
  const put = (part: Partial<ConnectorForm>) => {
    setForm({ ...form, ...part });
    setReport(null);
  };

  const run = async (what: 'test' | 'save', act: () => Promise<void>) => {
    setTried(true);
    setError(null);
    if (unfinished(form, kept).length > 0) return;
    setBusy(what);
    try {
      await act();
    } catch (problem) {
      setError(problem);
    } finally {
      setBusy(null);
    }
  };
  const test = () =>
    run('test', async () => {
      const found = await configuration.testConnector(id, valueOf(form, id, kept));
      setReport(found);
      announce(t(found.passed ? 'start.test_passed' : 'start.test_failed'));
    });
  const save = (event: FormEvent) => {
    event.preventDefault();
    void run('save', async () => {
      await configuration.put('connector', id, old?.version ?? 0, valueOf(form, id, kept));
      // The test of what is kept counts; what was tried before saving does not.
      if (report?.passed) await configuration.testKept(id);
      await reread();
      onDone();
    });
  };

  return (
    <form className="stack" onSubmit={save} noValidate>
      <p className="dim">{t('start.salesforce_text')}</p>
      <PlaceChoice where={form.where} onChange={(where) => put({ where })} />
      <TextInput
        label={t('start.connector_name')}
        description={t('start.connector_name_text')}
        value={form.name}
        error={at('name')}
        onChange={(event) => put({ name: event.currentTarget.value })}
      />
      {form.where === 'own' && (
        <>
          <TextInput
            label={t('start.url')}
            description={t('start.url_text')}
            placeholder="https://acme.my.salesforce.com"
            inputMode="url"
            autoCapitalize="none"
            spellCheck={false}
            value={form.url}
            error={at('url')}
            onChange={(event) => put({ url: event.currentTarget.value })}
          />
          <Select
            label={t('start.grant')}
            data={GRANTS.map((value) => ({ value, label: t(`start.grant.${value}`) }))}
            value={form.grant}
            allowDeselect={false}
            onChange={(value) => put({ grant: (value ?? 'client_credentials') as Grant })}
          />
          <p className="meta">{t(`start.grant_text.${form.grant}`)}</p>
          <GrantFields form={form} error={at} isKept={(name) => isKept(kept, form.grant, name)} onChange={put} />
          <Radio.Group label={t('start.writes')} value={form.writes} onChange={(value) => put({ writes: value === 'deny' ? 'deny' : 'allow' })}>
            <div className="stack" style={{ gap: 8 }}>
              <Radio value="allow" label={t('start.writes_allow')} />
              <Radio value="deny" label={t('start.writes_deny')} />
            </div>
          </Radio.Group>
        </>
      )}
      <div className="row wrap">
        <Button leftSection={<IconPlugConnected size={20} stroke={1.75} aria-hidden />} loading={busy === 'test'} onClick={() => void test()}>
          {t('start.test')}
        </Button>
        {busy === 'test' && <span className="dim">{t('start.test_running')}</span>}
      </div>
      {report && <ConnectionReport report={report} isSandbox={form.where === 'sandbox'} />}
      {error !== null && (
        <Alert variant="outline" color="danger" icon={<IconAlertTriangle size={20} stroke={1.75} aria-hidden />} role="alert">
          {problemText(error)}
        </Alert>
      )}
      <StepButtons next={t('start.save_next')} isBusy={busy === 'save'} later={{ word: t('start.later'), go: onDone }} />
    </form>
  );
}
