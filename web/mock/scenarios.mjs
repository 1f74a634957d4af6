// Every state of the desktop, by name: /mock/start?scenario=NAME&lang=ja&to=/agent

const NOW = () => Date.now();

export const SCENARIOS = {
  'signed-out': { flags: { signedOut: true } },
  'signed-in-nowhere': {
    flags: { signedOut: true },
    set: (world) => {
      world.set('signed_out');
      Object.assign(world.view, { team: null, device: null });
    },
  },
  'choose-device': {
    set: (world) => {
      world.set('signed_out');
      Object.assign(world.view, { team: null, device: null });
    },
  },
  'no-team': {
    set: (world) => {
      world.set('signed_out');
      Object.assign(world.view, { team: null, device: null, teams: [] });
    },
  },
  'no-agent': { flags: { refusal: 'no-agent' } },
  idle: {},
  ready: { flags: { isReady: true } },
  renamed: { flags: { isReady: true, connector: 'CRM' } },
  phone: {
    set: (world) => {
      world.view.device = 'sip_phone';
    },
  },
  available: {
    set: (world) => {
      world.view.state = { kind: 'available', code: null, since_ms: NOW() - 75_000 };
    },
  },
  empty: {
    flags: { empty: true },
    set: (world) => {
      world.view.state = { kind: 'available', code: null, since_ms: NOW() - 75_000 };
    },
  },
  offered: {
    set: (world) => {
      world.view.contact = world.contact();
      world.view.state = { kind: 'offered', code: null, since_ms: NOW() - 3_000 };
    },
  },
  'offered-unknown': {
    set: (world) => {
      world.view.contact = world.contact({ customer_name: null, customer_name_reading: null, ani: 'anonymous' });
      world.view.contact.variables = [];
      world.view.state = { kind: 'offered', code: null, since_ms: NOW() - 3_000 };
    },
  },
  dialling: { set: (world) => world.talk(6_000, 'dialling', { direction: 'outdial', queue: null, path: [], is_recording_paused: null }) },
  answered: {
    set: (world) => {
      world.talk(192_000);
      world.view.contact.drafts = [['Notes', world.text.notes]];
      world.view.next = { state: 'idle', code: 'i1' };
    },
  },
  pop: {
    set: (world) => {
      world.talk(20_000);
      world.view.contact.pop = {
        id: 1, contact: world.view.contact.id, url: 'https://crm.example/lightning/r/Contact/0035', label: 'Contact', target: 'new_tab', from_defaults: ['accountId'], outcome: 'blocked',
      };
    },
  },
  stale: { flags: { stale: true }, set: (world) => world.talk(192_000) },
  'history-fails': { flags: { historyFails: true }, set: (world) => world.talk(192_000) },
  'on-hold': { set: (world) => world.talk(214_000, 'on_hold') },
  consulting: {
    set: (world) => {
      world.talk(230_000, 'consulting');
      world.view.contact.consult = { party: world.party('consulted', 'agent', world.text.kenName, 'talking', 12_000), is_active: true, began_ms: NOW() - 18_000 };
    },
  },
  'consult-rings': {
    set: (world) => {
      world.talk(230_000, 'consulting');
      world.view.contact.consult = { party: world.party('consulted', 'agent', world.text.kenName, 'ringing', 6_000), is_active: true, began_ms: NOW() - 6_000 };
    },
  },
  conference: {
    set: (world) => {
      world.talk(260_000, 'conference');
      world.view.contact.parties.push(world.party('other', 'agent', world.text.kenName, 'talking', 31_000));
    },
  },
  'wrap-up': {
    set: (world) => {
      world.talk(300_000, 'wrap_up', { ended_ms: NOW() - 31_000 });
      world.view.contact.wrap_up = { since_ms: NOW() - 31_000, until_ms: NOW() + 29_000, code: null };
      world.view.contact.drafts = [['Notes', world.text.notes]];
      world.view.state = { kind: 'wrap_up', code: null, since_ms: NOW() - 31_000 };
    },
  },
  rona: {
    set: (world) => {
      world.view.state = { kind: 'rona', code: null, since_ms: NOW() - 12_000 };
    },
  },
  lost: {
    flags: { breakAfterMs: 300 },
    set: (world) => {
      world.talk(192_000);
      world.view.contact.drafts = [['Notes', world.text.notes]];
    },
  },
  elsewhere: { flags: { goneElsewhere: true } },
  'session-ended': { flags: { unauthorizedFor: 'targets' }, set: (world) => world.talk(192_000) },
};

export const ELSEWHERE = () => ({ label: 'Chrome, Windows', since_ms: NOW() - 3 * 3_600_000, talking_since_ms: NOW() - 192_000 });
