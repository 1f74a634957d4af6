// What a contact centre for a test runs on: a folder with its configuration, and free ports.

import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { Cable } from './cable.js';

const EXAMPLE = new URL('../../flows/salesforce-data-dip/', import.meta.url);

/** The numbers that can be called. */
export const NUMBERS = {
  /** The example: the data dip with all that it says. */
  dataDip: '+12025550100',
  /** Queue Support at once. */
  support: '+12025550101',
  /** Queue Billing at once. */
  billing: '+12025550102',
};

/** Maria, Kenji and Yui serve Support, Lena serves Billing; Yui's pages are in Japanese. */
export const AGENTS = { maria: 'Maria Lind', kenji: 'Kenji Mori', lena: 'Lena Roth', yui: '佐藤 結衣' };
export type AgentName = keyof typeof AGENTS;

export interface Settings {
  /** How long a desktop rings. */
  ringS?: number;
  /** How long wrap-up lasts; 0 waits for the agent. */
  wrapUpS?: number;
  /** A flow in place of the example's, and the ids of its connector and its queue. */
  flow?: { file: string; name: string; connector: string; queue: string };
  /** Whether nobody has used the link of the first start. */
  isNew?: boolean;
  /** Whether conversations on the number of Support are recorded. */
  isRecorded?: boolean;
  /** Whether the network between browsers and the server is to be cut. */
  hasCable?: boolean;
  /** Records of the CRM in place of the example's. */
  records?: Record<string, Record<string, string>[]>;
}

interface Link {
  sourceActivityId: string;
  targetActivityId: string;
  conditionExpr: string;
}
interface Flow {
  id: string;
  flowId: string;
  name: string;
  process: { activities: Record<string, { name: string; properties: Record<string, unknown> }>; links: Link[] };
}

function example(file: string): string {
  return readFileSync(new URL(file, EXAMPLE), 'utf8');
}

function exampleFile(file: string): string {
  return fileURLToPath(new URL(file, EXAMPLE));
}

/** The example without welcome and data dip: what is tested begins at the queue. */
function short(name: string, queue: { id: string; name: string }, isRecorded = false): string {
  const flow = JSON.parse(example('flow.json')) as Flow;
  const idOf = (activity: string) => Object.entries(flow.process.activities).find(([, one]) => one.name === activity)?.[0] ?? '';
  const [from, to] = [idOf('NoteCall'), idOf('QueueForSupport')];
  for (const link of flow.process.links) {
    if (link.sourceActivityId === from && link.conditionExpr === 'out') link.targetActivityId = to;
  }
  const { properties } = flow.process.activities[to] ?? { properties: {} };
  Object.assign(properties, { destination: queue.id, 'destination:name': queue.name, destination_name: queue.name });
  if (isRecorded) {
    const properties = { name: 'Record', activityName: 'RecordingControl', activityId: 'RecordingControl', enableRecording: 'true' };
    Object.assign(flow.process.activities, { record: { id: 'record', name: 'Record', group: 'action', properties } });
    for (const link of flow.process.links) if (link.sourceActivityId === from) link.targetActivityId = 'record';
    flow.process.links.push({ ...flow.process.links[0], sourceActivityId: 'record', targetActivityId: to, conditionExpr: 'default' });
  }
  return JSON.stringify({ ...flow, id: `short-${queue.id}`, flowId: `short-${queue.id}`, name });
}

function tenant(crm: string, { ringS = 20, wrapUpS = 0, flow }: Settings): string {
  const first = flow ?? { name: 'Salesforce data dip', connector: 'salesforce', queue: 'support' };
  return `
name: Harbor Bikes
time_zone: America/New_York
flows:
  - file: flow.json
  - file: support.json
  - file: billing.json
entry_points:
  - {id: main, name: Main line, dnis: ["${NUMBERS.dataDip}"], flow: ${JSON.stringify(first.name)}, post_call: after_wrap_up}
  - {id: support-line, name: Support line, dnis: ["${NUMBERS.support}"], flow: Support at once, post_call: after_wrap_up}
  - {id: billing-line, name: Billing line, dnis: ["${NUMBERS.billing}"], flow: Billing at once, post_call: after_wrap_up}
queues:
  - {id: ${first.queue}, name: Support, groups: [{teams: [Service Desk]}], music: defaultmusic_on_hold.wav}
  - {id: billing, name: Billing, groups: [{teams: [Billing]}], music: defaultmusic_on_hold.wav}
teams:
  - {id: service-desk, name: Service Desk}
  - {id: billing, name: Billing}
agents:
  - {id: maria, name: ${AGENTS.maria}, teams: [Service Desk], desktop_profile: all}
  - {id: kenji, name: ${AGENTS.kenji}, teams: [Service Desk, Billing], desktop_profile: all}
  - {id: yui, name: ${AGENTS.yui}, teams: [Service Desk], desktop_profile: all}
  - {id: lena, name: ${AGENTS.lena}, teams: [Billing], desktop_profile: all}
desktop_profiles:
  - id: all
    name: Everything
    outdial: true
    outdial_anis: [{name: Main line, number: "${NUMBERS.dataDip}"}, {name: Support, number: "${NUMBERS.support}"}]
routing: {ring_timeout_s: ${ringS}, auto_wrap_up_s: ${wrapUpS}}
connectors:
  - id: ${first.connector}
    name: Salesforce
    kind: salesforce
    base_url: ${crm}
    auth: {type: client_credentials, token_url: /services/oauth2/token, client_id: trunkline, client_secret: sandbox}
    writes: allow
audio:
  - {name: defaultmusic_on_hold.wav, duration_ms: 60000}
numbers: {default_country_code: "1", international_prefixes: ["011"]}
`;
}

/** The records that the CRM begins with. */
export function fixture(folder: string, { records }: Settings): string {
  if (!records) return exampleFile('fixture.json');
  const file = join(folder, 'fixture.json');
  writeFileSync(file, JSON.stringify({ records }));
  return file;
}

/** A port that nobody has at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Writes the configuration; answers where it is, and where SIP is to be taken. */
export async function layOut(folder: string, crm: string, settings: Settings): Promise<{ config: string; sip: string; cable: Cable | null }> {
  const [sip, http, web] = [await freePort(), await freePort(), await freePort()];
  const address = `127.0.0.1:${sip}`;
  const cable = settings.hasCable ? await Cable.lay(web) : null;
  const config = `
tenant = "tenant.yaml"
[sip]
listen = ["${address}"]
# Whoever calls from here; and calls out come back in.
[[trunk]]
name = "this machine"
networks = ["127.0.0.0/8"]
[trunk.outbound]
targets = ["${address}"]
[http]
listen = "127.0.0.1:${http}"
[web]
listen = "127.0.0.1:${web}"
${cable ? `public_url = "http://localhost:${cable.port}"` : ''}
[log]
level = "info"
[limits]
drain_s = 1
`;
  const { flow } = settings;
  writeFileSync(join(folder, 'flow.json'), flow ? readFileSync(flow.file) : example('flow.json'));
  writeFileSync(join(folder, 'support.json'), short('Support at once', { id: flow?.queue ?? 'support', name: 'Support' }, settings.isRecorded));
  writeFileSync(join(folder, 'billing.json'), short('Billing at once', { id: 'billing', name: 'Billing' }));
  writeFileSync(join(folder, 'tenant.yaml'), tenant(crm, settings));
  writeFileSync(join(folder, 'trunkline.toml'), config);
  return { config: join(folder, 'trunkline.toml'), sip: address, cable };
}
