// One agent's desktop in the mock: what it shows, and what commands change.
import { callerPast, CONTACT_ID, me, path, past, targets, TEXTS, trace, variables } from './data.mjs';
import { SCENARIOS } from './scenarios.mjs';
import { Settings } from './settings.mjs';

const refuse = (status, code, detail, more = {}) => ({ status, body: { type: `/errors/${code}`, title: detail, status, code, detail, instance: 'mock', ...more } });
const done = { status: 204 };

export class World {
  constructor({ scenario, language, role }) {
    this.text = TEXTS[language];
    this.me = me(language, role);
    this.isSignedIn = true;
    this.pages = new Set();
    /** What pages said and asked for, for tests. */
    this.heard = [];
    this.requests = [];
    this.seq = 0;
    this.scenario = SCENARIOS[scenario] ?? SCENARIOS.idle;
    this.flags = this.scenario.flags ?? {};
    this.view = this.base();
    this.settings = new Settings(language, this.flags);
    this.scenario.set?.(this);
    if (this.flags.signedOut) this.isSignedIn = false;
  }

  base() {
    const now = Date.now();
    const { text } = this;
    const codes = (names, prefix) => names.map((name, at) => ({ id: `${prefix}${at}`, name, is_default: at === 0 }));
    return {
      agent: { id: 'aki', name: text.agent },
      teams: [{ id: 'billing', name: text.team }, { id: 'sales', name: text.sales }],
      team: { id: 'billing', name: text.team },
      device: 'browser',
      devices: ['browser', 'sip_phone'],
      state: { kind: 'idle', code: 'i0', since_ms: now - 43_000 },
      next: null,
      idle_codes: codes(text.idle, 'i'),
      wrap_up_codes: codes(text.wrapUp, 'w'),
      contact: null,
      queues: [
        { id: 'billing', name: text.billing, waiting: 4, longest_since_ms: now - 161_000 },
        { id: 'sales', name: text.sales, waiting: 0, longest_since_ms: null },
      ],
      outdial: { anis: [{ id: 'a1', name: '0120-000-123' }, { id: 'a2', name: '03-1234-5678' }] },
      features: { auto_answer: false, may_end_call: true, may_pause_recording: true },
      audio_owner: null,
    };
  }

  /** A contact that rings now; scenarios take it from there. */
  contact(more = {}) {
    const now = Date.now();
    return {
      id: CONTACT_ID, direction: 'inbound', phase: 'offered', customer_name: this.text.caller, customer_name_reading: this.text.reading,
      ani: '+819012345678', dnis: '+81120000123', entry_point: this.text.entry, queue: { id: 'billing', name: this.text.billing },
      arrived_ms: now - 83_000, waited_ms: 72_000, offered_ms: now - 3_000, ring_until_ms: now + 17_900, answered_ms: null, ended_ms: null,
      is_caller_gone: false, parties: [this.party('caller', 'caller', this.text.caller, 'ringing', 3_000)], consult: null, is_recording_paused: false,
      variables: variables(this.text), variables_version: 3, drafts: [], path: path(this.text, 84_000), pop: null, wrap_up: null, is_muted: false, is_audio_connected: false, ...more,
    };
  }

  party(id, kind, name, state, ago) {
    return { id, kind, name, number: null, state, since_ms: Date.now() - ago };
  }

  /** A contact that was answered so long ago. */
  talk(ago, phase = 'talking', more = {}) {
    const now = Date.now();
    this.view.state = { kind: 'engaged', code: null, since_ms: now - ago };
    this.view.contact = this.contact({
      phase, offered_ms: now - ago - 4_000, ring_until_ms: null, answered_ms: now - ago, arrived_ms: now - ago - 87_000,
      parties: [this.party('caller', 'caller', this.text.caller, phase === 'on_hold' || phase === 'consulting' ? 'on_hold' : 'talking', phase === 'on_hold' ? 44_000 : 20_000)],
      path: path(this.text, 88_000), is_audio_connected: true, ...more,
    });
  }

  current() {
    this.seq += 1;
    return { ...this.view, seq: this.seq, server_ms: Date.now() };
  }

  tell() {
    const text = JSON.stringify({ type: 'view', view: this.current() });
    for (const page of this.pages) page.send(text);
  }

  set(kind, code = null) {
    this.view.state = { kind, code, since_ms: Date.now() };
  }

  leave() {
    const { next } = this.view;
    this.view.contact = null;
    this.view.next = null;
    if (next?.state === 'idle') this.set('idle', next.code);
    else this.set('available');
  }

  end() {
    const now = Date.now();
    Object.assign(this.view.contact, { phase: 'wrap_up', ended_ms: now, consult: null, wrap_up: { since_ms: now, until_ms: now + 60_000, code: null } });
    this.set('wrap_up');
  }

  /** Carries out a request below /api/v1; null for addresses that are not there. */
  handle(method, address, query, body) {
    const parts = address.split('/').filter(Boolean);
    if (parts[0] === 'desk') return this.desk(method, parts.slice(1), body);
    if (['setup', 'configuration', 'flows', 'users', 'audio'].includes(parts[0])) return this.settings.handle(method, parts, body, this.me);
    if (parts[0] === 'contacts') return this.contacts(method, parts.slice(1), body);
    if (address === '/session/preferences') return done;
    if (address === '/session/password') return body.old === 'wrong' ? refuse(422, 'invalid', 'This is not your password.', { field: 'old' }) : done;
    return null;
  }

  contacts(method, [id, part], body) {
    if (this.flags.historyFails) return refuse(503, 'unavailable', 'the history cannot be read');
    const now = Date.now();
    if (id === 'search') return { status: 200, body: this.flags.empty ? [] : body.ani ? callerPast(this.text, now) : past(this.text, now) };
    if (id === 'denied') return refuse(403, 'not-your-contact', 'This contact is not yours to see.');
    if (id === 'missing') return refuse(404, 'not-found', 'There is no such contact.');
    if (part === 'trace') return { status: 200, body: trace(this.text) };
    const contact = { ...past(this.text, now)[0], id, customer_name: this.text.caller, ani: '+819012345678' };
    const values = variables(this.text).map((one) => (one.name === 'Notes' ? { ...one, value: this.text.notes } : one));
    return { status: 200, body: { contact, entry_point: this.text.entry, dnis: '+81120000123', flow: 'Salesforce_Data_Dip v12', agents: ['aki'], teams: ['billing'], variables: values, path: path(this.text, 300_000) } };
  }

  desk(method, parts, body) {
    const { view } = this;
    const [what, id, action] = parts;
    const now = Date.now();
    switch (what) {
      case undefined:
        return { status: 200, body: this.current() };
      case 'sign-in':
        if (this.flags.elsewhere && !body.take_over) return refuse(409, 'signed-in-elsewhere', 'You are signed in elsewhere.', { elsewhere: this.flags.elsewhere });
        this.flags = { ...this.flags, elsewhere: undefined };
        Object.assign(view, { team: view.teams.find((team) => team.id === body.team) ?? view.teams[0], device: body.device, audio_owner: body.tab });
        this.set('idle', 'signed_in');
        break;
      case 'sign-out':
        this.set('signed_out');
        Object.assign(view, { team: null, device: null, audio_owner: null });
        break;
      case 'state':
        if (view.contact) view.next = body;
        else this.set(body.state, body.code ?? null);
        break;
      case 'next':
        view.next = null;
        break;
      case 'outdial':
        this.talk(0, 'dialling', { direction: 'outdial', ani: body.number, customer_name: null, queue: null, path: [] });
        break;
      case 'targets':
        return { status: 200, body: targets(this.text, now) };
      case 'history':
        if (this.flags.historyFails) return refuse(503, 'unavailable', 'the history cannot be read');
        return { status: 200, body: this.flags.empty ? [] : past(this.text, now) };
      case 'contacts':
        return this.act(method, id, action, parts[3], body);
      default:
        return null;
    }
    this.tell();
    return done;
  }

  act(method, id, action, name, body) {
    const { view } = this;
    const { contact } = view;
    if (!contact || contact.id !== id) return refuse(409, 'not-yours', 'This contact is not yours any more.');
    const now = Date.now();
    const caller = contact.parties[0];
    const turn = (phase, state) => {
      contact.phase = phase;
      Object.assign(caller, { state, since_ms: now });
    };
    switch (action) {
      case 'answer':
        Object.assign(contact, { answered_ms: now, ring_until_ms: null, is_audio_connected: true });
        turn('talking', 'talking');
        this.set('engaged');
        break;
      case 'decline':
        view.contact = null;
        this.set('rona', 'declined');
        break;
      case 'hold':
        turn('on_hold', 'on_hold');
        break;
      case 'resume':
        turn('talking', 'talking');
        break;
      case 'mute':
        contact.is_muted = body.muted;
        break;
      case 'keys':
        return done;
      case 'consult': {
        if (body.to.id === 'ana') return refuse(422, 'unreachable', 'Ana is with a contact.');
        const target = targets(this.text, now).find((one) => JSON.stringify(one.to) === JSON.stringify(body.to));
        turn('consulting', 'on_hold');
        contact.consult = { party: this.party('consulted', body.to.kind, target?.name ?? body.to.number, 'ringing', 0), is_active: true, began_ms: now };
        setTimeout(() => {
          if (!contact.consult) return;
          Object.assign(contact.consult.party, { state: 'talking', since_ms: Date.now() });
          this.tell();
        }, 1_500);
        break;
      }
      case 'swap':
        contact.consult.is_active = !contact.consult.is_active;
        Object.assign(contact.consult.party, { state: contact.consult.is_active ? 'talking' : 'on_hold', since_ms: now });
        Object.assign(caller, { state: contact.consult.is_active ? 'on_hold' : 'talking', since_ms: now });
        break;
      case 'end-consult':
        contact.consult = null;
        turn('talking', 'talking');
        break;
      case 'conference':
        contact.parties.push({ ...contact.consult.party, state: 'talking', since_ms: now });
        contact.consult = null;
        turn('conference', 'talking');
        break;
      case 'drop':
        contact.parties = contact.parties.filter((party) => party.id !== body.party);
        if (contact.parties.length > 0) contact.phase = 'talking';
        else this.end();
        break;
      case 'transfer':
      case 'end':
        this.end();
        break;
      case 'recording':
        contact.is_recording_paused = body.paused;
        break;
      case 'variables':
        if (method === 'GET') return { status: 200, body: { value: '4111 1111 1111 1111' } };
        if (this.flags.stale && !body.overwrite) {
          this.flags = { ...this.flags, stale: undefined };
          contact.variables_version = 9;
          return refuse(409, 'stale', 'These values have changed meanwhile.', { version: 9, values: [['Notes', 'Called back by Ken.']] });
        }
        for (const [key, value] of body.values) contact.variables.find((one) => one.name === key).value = value;
        contact.variables_version += 1;
        contact.drafts = [];
        break;
      case 'draft':
        contact.drafts = body.values;
        return done;
      case 'pops':
        if (contact.pop) contact.pop.outcome = body.outcome;
        break;
      case 'wrap-up':
        if (body.action === 'extend') contact.wrap_up.until_ms += 60_000;
        if (body.action === 'code') contact.wrap_up = { ...(contact.wrap_up ?? { since_ms: now, until_ms: null }), code: view.wrap_up_codes.find((code) => code.id === body.code) };
        if (body.action === 'done') this.leave();
        break;
      default:
        return null;
    }
    this.tell();
    return done;
  }
}
