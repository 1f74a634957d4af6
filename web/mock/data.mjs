// What the mock contact centre has: people, queues, codes, a caller and their past.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

export const TEXTS = {
  en: {
    agent: 'Aki Mori', team: 'Billing', billing: 'Billing', sales: 'Sales', caller: 'Yuki Tanaka', reading: null,
    idle: ['Away', 'Lunch', 'Break', 'Training', 'Meeting'],
    wrapUp: ['Resolved', 'Callback', 'Address change', 'Complaint', 'Sales enquiry', 'Wrong number', 'Test call', 'Other', 'Escalated'],
    labels: ['Customer name', 'Case number', 'Reason', 'Priority', 'Card number', 'Notes'],
    reason: 'Invoice charged twice', notes: 'Charged twice in October. Checking invoice 4411.', entry: 'Main line',
    others: ['Kenji Sato', 'Ana Ruiz', 'Mio Hayashi'], greeting: 'Welcome to Acme. For invoices press 2.', menu: 'Invoices',
    kenName: 'Ken Abe', support: 'Support', hours: 'Night line',
  },
  ja: {
    agent: '森 亜紀', team: '請求チーム', billing: '請求・お支払い', sales: '新規申込', caller: '田中 由紀', reading: 'タナカ ユキ',
    idle: ['離席', '昼休憩', '休憩', '研修', '会議'],
    wrapUp: ['解決済み', '折り返し', '住所変更', '苦情', '新規の問い合わせ', '間違い電話', 'テスト通話', 'その他', '上席対応'],
    labels: ['お客様名', 'ケース番号', '用件', '優先度', 'カード番号', 'メモ'],
    reason: '請求書の二重請求', notes: '10月分が二重に請求されている。請求書4411を確認中。', entry: '代表',
    others: ['佐藤 健二', 'ルイス アナ', '林 美緒'], greeting: 'アクメでございます。請求については2を押してください。', menu: '請求',
    kenName: '阿部 健', support: 'サポート', hours: '夜間受付',
  },
};

export const CONTACT_ID = '01934f2a-7c1e-7d02-9a41-5b1c2e907f3a';

export function me(language, role) {
  const isAgent = role === 'agent';
  return {
    id: '01930000-0000-7000-8000-000000000001',
    name: isAgent ? 'aki' : 'admin',
    display_name: TEXTS[language].agent,
    roles: isAgent ? ['agent'] : ['administrator'],
    language,
    agent: isAgent ? 'aki' : null,
    teams: [],
    must_change_password: false,
    preferences: { theme: 'system', density: 'comfortable', shortcuts: {} },
    csrf: 'mock-csrf',
    ends_ms: Date.now() + 8 * HOUR,
  };
}

export function variables(text) {
  const [name, number, reason, priority, card, notes] = text.labels;
  const variable = (at, label, value, more = {}) => ({
    name: ['CustomerName', 'CaseNumber', 'Reason', 'Priority', 'CardNumber', 'Notes'][at],
    label, kind: 'string', value, is_editable: false, is_secure: false, pop_over: null, is_long: false, ...more,
  });
  return [
    variable(0, name, text.caller, { is_editable: true }),
    variable(1, number, '00001027', { pop_over: 0 }),
    variable(2, reason, text.reason, { pop_over: 1 }),
    variable(3, priority, '2', { kind: 'integer' }),
    variable(4, card, '', { is_secure: true }),
    variable(5, notes, '', { is_editable: true, is_long: true }),
  ];
}

export function path(text, until) {
  const step = (t_ms, kind, more = {}, is_problem = false) => ({ t_ms, kind, with: more, is_problem });
  const steps = [
    step(0, 'called', { dnis: '+81120000123', entry_point: text.entry }),
    step(400, 'request', { name: 'AccountByANI', status: '200' }),
    step(1_200, 'heard', { text: text.greeting }),
    step(9_000, 'pressed', { digits: '2', name: text.menu }),
    step(9_300, 'request', { name: 'LoyaltyStatus', status: '503' }, true),
    step(11_000, 'queued', { queue: text.billing }),
    step(83_000, 'offered', { agent: text.agent }),
    step(87_000, 'answered', { agent: text.agent }),
    step(190_000, 'held', {}),
    step(210_000, 'resumed', {}),
    step(279_000, 'hung_up', { by: 'caller' }),
  ];
  return steps.filter((one) => one.t_ms <= until);
}

export function past(text, now) {
  const row = (id, ago, name, more = {}) => ({
    id: `01934f00-0000-7000-8000-0000000000${id}`, arrived_ms: now - ago, direction: 'inbound', customer_name: name, ani: '+819022223333',
    queue: text.billing, agent: text.agent, talk_ms: 245_000, outcome: 'handled', wrap_up: text.wrapUp[0], is_live: false, ...more,
  });
  const [kenji, ana, mio] = text.others;
  return [
    row('11', 24 * MINUTE, kenji),
    row('12', 45 * MINUTE, ana, { outcome: 'missed', talk_ms: 0, wrap_up: null }),
    row('13', 71 * MINUTE, mio, { talk_ms: 612_000, wrap_up: text.wrapUp[1] }),
    row('14', 26 * HOUR, null, { ani: 'anonymous', queue: text.sales, talk_ms: 33_000, wrap_up: text.wrapUp[4] }),
    row('15', 50 * HOUR, text.caller, { ani: '+819012345678', direction: 'outdial', wrap_up: text.wrapUp[1] }),
  ];
}

export function callerPast(text, now) {
  return past(text, now)
    .slice(0, 3)
    .map((one, at) => ({ ...one, customer_name: text.caller, ani: '+819012345678', arrived_ms: now - (2 + 24 * at) * 24 * HOUR, wrap_up: text.wrapUp[[2, 0, 1][at]], outcome: 'handled', talk_ms: 200_000 }));
}

export function targets(text, now) {
  const agent = (id, name, reach, ago) => ({ to: { kind: 'agent', id }, name, reach, since_ms: now - ago, waiting: null, team: text.team });
  const queue = (id, name, reach, waiting, ago) => ({ to: { kind: 'queue', id }, name, reach, since_ms: ago ? now - ago : null, waiting, team: null });
  return [
    agent('ken', text.kenName, 'reachable', 72_000),
    queue('sales', text.sales, 'reachable', 0, null),
    queue('support', text.support, 'reachable', 4, 161_000),
    agent('mio', text.others[2], 'idle', 300_000),
    agent('ana', text.others[1], 'busy', 95_000),
    { to: { kind: 'entry_point', id: 'night' }, name: text.hours, reach: 'closed', since_ms: null, waiting: null, team: null },
  ];
}

export function trace(text) {
  const step = (t_ms, activity, kind, port, more = {}) => ({ line: 'step', contact: CONTACT_ID, thread: 'main', t_ms, activity, kind, port, in: {}, out: {}, failure: null, warnings: [], ...more });
  return [
    { line: 'head', version: 1, flow: 'Salesforce_Data_Dip', flow_version: 12, contact: CONTACT_ID, started_ms: Date.now() - HOUR, notes: [] },
    step(0, 'NewPhoneContact', 'start', 'out', { out: { ANI: '+819012345678', DNIS: '+81120000123' } }),
    step(12, 'SetPhoneNumber', 'set-variable', 'default', { out: { phoneNumber: '9012345678' } }),
    step(40, 'AccountByANI', 'http-request-v2', 'default', {
      in: { url: '/services/data/v52.0/query?q=SELECT+Id,Name+FROM+Account', method: 'GET' }, out: { statusCode: 200, accountName: text.caller },
    }),
    step(1_200, 'PlayGreeting', 'play-message', 'default', { in: { prompt: text.greeting } }),
    step(9_300, 'LoyaltyStatus', 'http-request-v2', 'default', {
      in: { url: '/loyalty/status', method: 'GET' }, out: { statusCode: 503 },
      failure: { code: 'TL-HTTP-TIMEOUT', number: 0, description: 'The answer did not arrive within 5 s.' }, warnings: ['The error port is not wired: the flow went on by default.'],
    }),
    step(11_000, 'QueueContact', 'queue-contact', 'default', { in: { queue: text.billing } }),
    step(87_000, '', 'contact.answered', null, { thread: 'contact', out: { agent: text.agent } }),
    step(87_100, 'ScreenPop', 'screen-pop', 'default', { thread: 'event:AgentAnswered', in: { url: 'https://crm.example/lightning/r/Contact/0035' } }),
  ];
}
