// "Try it" in the mock: numbers, a case that gets a comment, and a phone whose flow is a script.
const CONTACT = '01934f2a-7c1e-7d02-9a41-5b1c2e907f3a';
const CASE = '5005g00000HbCs2AAF';

const step = (t_ms, activity, kind, port, into, out, thread = 'main') => ({ line: 'step', t_ms, contact: CONTACT, thread, activity, kind, port, in: into, out, failure: null, warnings: [] });

const SCRIPT = [
  step(0, '', 'contact.arrived', null, {}, { ani: '+819012345678', dnis: '+81120000123' }),
  step(1, 'NoteCall', 'set-variable', 'out', {}, { phoneDigits: '9012345678' }),
  step(2, 'Welcome', 'play-message', null, { prompts: ['Welcome to Harbor Bikes.'] }, {}),
  step(2104, 'Welcome', 'play-message', 'default', { prompts: ['Welcome to Harbor Bikes.'] }, {}),
  step(2110, 'FindContact', 'http-request-v2', null, { method: 'GET', path: '/services/data/v60.0/query' }, {}),
  step(2148, 'FindContact', 'http-request-v2', 'default', { method: 'GET' }, { httpStatusCode: 200 }),
  step(2150, 'FindOpenCase', 'http-request-v2', 'default', { method: 'GET' }, { httpStatusCode: 200, caseId: CASE }),
  step(2160, 'QueueForSupport', 'queue-contact', 'default', { queue: 'Support' }, {}),
  step(2161, '', 'contact.offered', null, { agent: 'Maria Lind', queue: 'Support' }, {}),
  step(6200, '', 'contact.answered', null, { agent: 'Maria Lind', queue: 'Support' }, {}),
];

/** The answers of /try. */
export function trial(world, address) {
  if (address === '/try') {
    const callers = [{ number: '+819012345678', name: world.text.caller }, { number: '+12025550142', name: 'Ann Novak' }];
    return { status: 200, body: { callers, numbers: [{ number: '+81120000123', name: world.text.entry }], voices: ['en', 'ja'] } };
  }
  if (address !== '/try/case') return null;
  const old = { id: 'c1', text: 'Asked for a visit.', at: '2025-12-19T08:00:00.000+0000' };
  const fresh = world.tried?.isOver ? [{ id: 'c2', text: `${world.text.notes}`, at: new Date().toISOString() }] : [];
  const body = { id: CASE, number: '00001002', subject: world.text.reason, status: 'Working', priority: 'High', contact: world.text.caller, comments: [old, ...fresh] };
  return { status: 200, body };
}

/** A caller's phone: rings, is answered, and ends when it is told to. */
export function answerPhone(world, client) {
  const say = (message) => client.send(JSON.stringify(message));
  world.tried = { isOver: false };
  client.on('message', (data) => {
    const message = JSON.parse(String(data));
    if (message.type === 'dial') {
      if (!/\d|anonymous/.test(message.from)) return say({ type: 'refused', code: 'invalid', text: 'from: use digits' });
      say({ type: 'called', contact: CONTACT, server_ms: Date.now() });
      say({ type: 'answered' });
      say({ type: 'steps', contact: CONTACT, steps: SCRIPT, case: CASE, is_over: false });
    }
    if (message.type === 'hang_up') {
      say({ type: 'ended', by: 'caller' });
      world.tried.isOver = true;
      const last = [step(30_000, '', 'contact.caller_hung_up', null, {}, {}), step(30_010, 'PostComment', 'http-request-v2', 'default', { method: 'POST' }, { httpStatusCode: 201 }, 'event:PhoneContactEnded')];
      say({ type: 'steps', contact: CONTACT, steps: last, case: CASE, is_over: true });
    }
    return undefined;
  });
}
