// The configuration of the mock, as far as the first steps need it.
const ok = (body) => ({ status: 200, body });
const refuse = (status, code, detail) => ({ status, body: { type: `/errors/${code}`, title: detail, status, code, detail, instance: 'mock' } });

const NOT_AUDIO = refuse(422, 'invalid', 'file: this is no WAV, MP3, FLAC or OGG Vorbis file; save it as one of these');
Object.assign(NOT_AUDIO.body, { field: 'file', reason: 'not-audio' });

const FLOW = 'Salesforce data dip';

const FINDINGS = [
  { rule: 'error-port-not-wired', severity: 'error', activity: 'LoyaltyStatus', message: 'The error port leads nowhere: a caller for whom the request fails hears an apology and is sent to the fallback.', help: 'Wire the error port to the activity that should come next.' },
  { rule: 'soql-literal-open', severity: 'warning', activity: 'AccountByANI', message: 'A value is put into a SOQL literal without quotes around it.', help: 'Write single quotes around the expression.' },
  { rule: 'variable-never-read', severity: 'note', activity: null, message: 'The variable oldCaseId is set and never read.', help: null },
  ...['PlayGreeting', 'AskReason', 'MainMenu', 'NightMessage', 'CallbackNumber'].map((activity) => ({
    rule: 'prompt-without-language', severity: 'note', activity, message: 'The text has no language of its own and is spoken in that of the flow.', help: null,
  })),
];

const STAGES = ['config', 'dns', 'tcp', 'tls', 'token', 'scope', 'api'];
const DETAILS = {
  config: 'authorised by client credentials', dns: '203.0.113.7', tcp: '203.0.113.7:443', tls: 'TLS 1.3, certificate of *.my.salesforce.com',
  token: 'a token for https://acme.my.salesforce.com', scope: 'api', api: 'version 67.0 and 36 others',
};

const SANDBOX = { dns: '127.0.0.1', tcp: '127.0.0.1:8090', token: 'a token for http://127.0.0.1:8090' };

/** A report that fails at a stage, or passes. */
function report(connector, base, bad) {
  const at = STAGES.indexOf(bad);
  const stages = STAGES.map((stage, index) => {
    if (at >= 0 && index > at) return { stage, status: 'skipped', duration_ms: 0, detail: 'an earlier stage failed' };
    if (index === at) return { stage, status: 'failed', duration_ms: 214, detail: '400: invalid_client_id, client identifier invalid', advice: 'Check client_id and client_secret; new apps need up to ten minutes.' };
    const isSandbox = base.includes('127.0.0.1');
    if (isSandbox && stage === 'tls') return { stage, status: 'skipped', duration_ms: 0, detail: 'the address is not https' };
    return { stage, status: 'ok', duration_ms: 3 + 17 * index, detail: (isSandbox && SANDBOX[stage]) || DETAILS[stage] };
  });
  return { connector, base_url: base, passed: at < 0, stages };
}

export class Settings {
  constructor(language, { isReady = false, connector = 'Salesforce' } = {}) {
    this.objects = new Map();
    this.flows = [];
    this.queue = language === 'ja' ? '請求・お支払い' : 'Billing';
    if (isReady) {
      const id = connector.toLowerCase();
      this.keep('connector', id, { id, name: connector, kind: 'salesforce', base_url: 'http://127.0.0.1:8090', auth: { type: 'none' } });
      this.flows.push(this.flow(3));
      this.flows[0].labels.push({ label: 'Live', number: 3, version: 1 });
      this.keep('queue', 'q1', { id: 'q1', name: this.queue });
      this.keep('entry_point', 'main-line', { id: 'main-line', name: language === 'ja' ? '代表' : 'Main line', dnis: ['+81120000123'], flow: FLOW });
      this.keep('team', 't1', { id: 't1', name: 'Team' });
    }
  }

  flow(number) {
    return { id: 'f1', name: FLOW, is_subflow: false, file: 'flow.json', labels: [{ label: 'Latest', number, version: 0 }] };
  }

  keep(kind, id, value) {
    const all = this.objects.get(kind) ?? new Map();
    this.objects.set(kind, all);
    const version = (all.get(id)?.version ?? 0) + 1;
    const object = { kind, id, version, value, changed_ms: Date.now(), who: 'admin', note: '' };
    all.set(id, object);
    return object;
  }

  all(kind) {
    return [...(this.objects.get(kind)?.values() ?? [])];
  }

  missing() {
    const has = (kind, name) => this.all(kind).some(({ value }) => value.name === name);
    const of = (kind, name, activity, proposal) => ({ kind, id: name, name, flow: 'f1', flow_name: FLOW, activity, proposal });
    if (this.flows.length === 0) return [];
    return [
      ...(has('queue', this.queue) ? [] : [of('queue', this.queue, 'QueueContact', { id: 'q1', name: this.queue, groups: [] })]),
      ...(has('connector', 'SFDC-Data-Dip') || has('connector', 'Salesforce') ? [] : [of('connector', 'SFDC-Data-Dip', 'AccountByANI', { id: 'c9', name: 'SFDC-Data-Dip' })]),
      ...(has('business_hours', 'Office') ? [] : [of('business_hours', 'Office', 'OpeningHours', { id: 'office', name: 'Office' })]),
      ...(has('audio', 'welcome-2026.wav') ? [] : [of('audio', 'welcome-2026.wav', 'PlayGreeting', null)]),
    ];
  }

  steps() {
    const missing = this.missing();
    const step = (name, is_done, is_optional, kinds) => {
      const own = missing.filter(({ kind }) => kinds.includes(kind));
      return { step: name, is_done: is_done && own.length === 0, is_optional, missing: own };
    };
    const isLive = this.flows.some(({ labels }) => labels.some(({ label }) => label === 'Live'));
    const steps = [
      step('administrator', true, false, []),
      step('connector', this.all('connector').length > 0, true, ['connector']),
      step('connector_test', true, true, []),
      step('flow', isLive, false, []),
      step('entry_point', this.all('entry_point').length > 0, false, []),
      step('queue', this.all('queue').length > 0, false, ['queue', 'business_hours']),
      step('agent', this.all('agent').length > 0, true, []),
      step('audio', true, true, ['audio']),
    ];
    return { steps, is_complete: steps.every(({ is_done, is_optional }) => is_done || is_optional) };
  }

  handle(method, parts, body, me) {
    const [what, a, b, c, d] = parts.map(decodeURIComponent);
    if (what === 'setup' && a === 'steps') return ok(this.steps());
    if (what === 'setup' && a === 'connector-test') {
      const value = body.value ?? this.objects.get('connector')?.get(body.id)?.value;
      return ok(report(value.name, value.base_url, value.base_url.includes('127.0.0.1') || value.auth?.client_secret === 'right' || body.value === undefined ? null : 'token'));
    }
    if (what === 'audio' && method === 'PUT') return body.file.startsWith('RIFF') ? ok(this.keep('audio', a, { name: a })) : NOT_AUDIO;
    if (what === 'flows') return this.ofFlows(method, a, b, c, body);
    if (what === 'users') {
      if (method === 'GET') return ok({ ...me, version: 1, disabled: false });
      Object.assign(me, { roles: body.roles, agent: body.agent });
      return ok(me);
    }
    if (what !== 'configuration' || d) return null;
    if (!b) return ok({ objects: this.all(a) });
    const old = this.objects.get(a)?.get(b);
    if (method === 'GET') return old ? ok(old) : refuse(404, 'not-found', 'there is no such object');
    if (body.value.name === 'taken') return refuse(422, 'invalid-configuration', 'the name is taken');
    if ((old?.version ?? 0) !== body.version) return refuse(409, 'stale', 'this object has changed meanwhile');
    return ok(this.keep(a, b, body.value));
  }

  ofFlows(method, id, part, label, body) {
    if (method === 'GET') return ok(this.flows);
    if (part === 'labels') {
      const flow = this.flows.find((one) => one.id === id);
      flow.labels = [...flow.labels.filter((one) => one.label !== label), { label, number: body.number, version: body.version + 1 }];
      return ok(flow.labels.at(-1));
    }
    if (!body.text.trim().startsWith('{')) return refuse(422, 'not-a-flow', 'flow: expected a JSON object at line 1 column 1');
    const number = (this.flows[0]?.labels[0].number ?? 0) + 1;
    const kept = this.flows[0]?.labels.slice(1) ?? [];
    this.flows = [{ ...this.flow(number), labels: [...this.flow(number).labels, ...kept] }];
    return ok({ flow: 'f1', number, is_new: true, findings: body.text.includes('"clean"') ? [] : FINDINGS, missing: this.missing() });
  }
}

