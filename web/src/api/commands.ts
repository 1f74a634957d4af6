// What an agent does, as requests. A contact's id is always named, so that a click that comes too
// late cannot hit the next contact.
import { request } from './client';
import type { Choice, Destination, PastContact, PopOutcome, SignIn, Target, WrapUpAction } from './types';

const of = (contact: string) => `/desk/contacts/${encodeURIComponent(contact)}`;
const post = (path: string, body?: unknown) => request<undefined>('POST', path, body);
const put = (path: string, body: unknown) => request<undefined>('PUT', path, body);

export const desk = {
  signIn: (how: SignIn) => post('/desk/sign-in', how),
  signOut: () => post('/desk/sign-out'),
  setState: (choice: Choice) => put('/desk/state', choice),
  clearNext: () => request<undefined>('DELETE', '/desk/next'),
  outdial: (number: string, ani: string | null) => post('/desk/outdial', { number, ani }),
  targets: (search: string, signal?: AbortSignal) => request<Target[]>('POST', '/desk/targets', { search }, { signal }),
  history: () => request<PastContact[]>('GET', '/desk/history'),
};

export const call = {
  answer: (contact: string) => post(`${of(contact)}/answer`),
  decline: (contact: string) => post(`${of(contact)}/decline`),
  hold: (contact: string) => post(`${of(contact)}/hold`),
  resume: (contact: string) => post(`${of(contact)}/resume`),
  mute: (contact: string, muted: boolean) => post(`${of(contact)}/mute`, { muted }),
  keys: (contact: string, digits: string) => post(`${of(contact)}/keys`, { digits }),
  consult: (contact: string, to: Destination) => post(`${of(contact)}/consult`, { to }),
  swap: (contact: string) => post(`${of(contact)}/swap`),
  endConsult: (contact: string) => post(`${of(contact)}/end-consult`),
  conference: (contact: string) => post(`${of(contact)}/conference`),
  drop: (contact: string, party: string) => post(`${of(contact)}/drop`, { party }),
  transfer: (contact: string, to: Destination | null) => post(`${of(contact)}/transfer`, { to }),
  recording: (contact: string, paused: boolean) => post(`${of(contact)}/recording`, { paused }),
  end: (contact: string) => post(`${of(contact)}/end`),
  wrapUp: (contact: string, action: WrapUpAction) => post(`${of(contact)}/wrap-up`, action),
  save: (contact: string, version: number, values: [string, string][], overwrite: boolean) =>
    put(`${of(contact)}/variables`, { version, values, overwrite }),
  draft: (contact: string, values: [string, string][]) => put(`${of(contact)}/draft`, { values }),
  secureValue: (contact: string, variable: string) =>
    request<{ value: string }>('GET', `${of(contact)}/variables/${encodeURIComponent(variable)}`),
  pop: (contact: string, pop: number, outcome: PopOutcome) => post(`${of(contact)}/pops/${pop}`, { outcome }),
};
