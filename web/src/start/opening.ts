// What the last step changes, one thing after the other: each is there or not, so that the step can
// simply be done again after a refusal.
import { request } from '../api/client';
import type { components } from '../api/schema';
import type { Me } from '../api/types';
import { configuration } from './configuration';
import { LIVE, type Kept, type Missing } from './types';

type User = components['schemas']['User'];

/** For a missing thing: make it, or let this object have its name. */
export type Choice = { kind: 'make' } | { kind: 'rename'; object: Kept };

export interface Opening {
  supplies: { missing: Missing; choice: Choice }[];
  point: { old: Kept | null; name: string; number: string; flow: string; queue: string | null };
  /** The person who takes calls here, and the team for them when there is none. */
  agent: { me: Me; newTeam: string } | null;
}

export async function open(opening: Opening): Promise<void> {
  for (const { missing, choice } of opening.supplies) await supply(missing, choice);
  const { old, name, number, flow, queue } = opening.point;
  const id = old?.id ?? (await freeId('entry_point', slug(name) || 'main-line'));
  await configuration.put('entry_point', id, old?.version ?? 0, {
    // What the agent types while wrapping up reaches the record, too.
    post_call: 'after_wrap_up',
    ...(old?.value ?? {}),
    id,
    name,
    dnis: [number, ...others(old, number)],
    flow,
    label: LIVE,
    ...(queue ? { fallback: { queue } } : {}),
  });
  if (opening.agent) await enlist(opening.agent.me, opening.agent.newTeam);
}

/** The other numbers of an entry point stay. */
function others(old: Kept | null, number: string): string[] {
  const known = old?.value.dnis;
  return Array.isArray(known) ? known.slice(1).filter((one): one is string => typeof one === 'string' && one !== number) : [];
}

async function supply(missing: Missing, choice: Choice): Promise<void> {
  if (!missing.kind) return;
  if (choice.kind === 'rename') {
    const { id, version, value } = choice.object;
    await configuration.put(missing.kind, id, version, { ...value, name: missing.name });
    return;
  }
  const value = missing.proposal;
  if (!value) return;
  const id = String(value.id ?? value.name ?? missing.id);
  await configuration.put(missing.kind, id, 0, value);
}

/** Makes an agent of a person: the agent, a team if there is none, and the user's own desktop. */
async function enlist(me: Me, newTeam: string): Promise<void> {
  const teams = await configuration.list('team');
  const team = teams[0]?.id ?? slug(newTeam);
  if (teams.length === 0) await configuration.put('team', team, 0, { id: team, name: newTeam });
  const id = slug(me.name) || 'agent';
  const agents = await configuration.list('agent');
  if (!agents.some((agent) => agent.id === id)) {
    await configuration.put('agent', id, 0, { id, name: me.display_name, teams: [team] });
  }
  const user = await request<User>('GET', `/users/${me.id}`);
  if (user.agent === id) return;
  await request('PUT', `/users/${me.id}`, {
    version: user.version, name: user.name, display_name: user.display_name, language: user.language, teams: user.teams, disabled: user.disabled,
    roles: user.roles.includes('agent') ? user.roles : [...user.roles, 'agent'],
    agent: id,
  });
}

async function freeId(kind: string, wanted: string): Promise<string> {
  const taken = new Set((await configuration.list(kind)).map(({ id }) => id));
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) if (!taken.has(`${wanted}-${number}`)) return `${wanted}-${number}`;
}

/** A name as an id: small letters, digits and dashes. */
export function slug(name: string): string {
  return name.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-+|-+$/g, '').slice(0, 60);
}
