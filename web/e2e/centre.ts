// A contact centre for one test: a server of its own with the sandbox as CRM, its users, and callers by SIP.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Cable } from './cable.js';
import { Caller } from './caller.js';
import { AGENTS, fixture, layOut, NUMBERS, type Settings } from './place.js';
import { object, Program } from './program.js';

/** The case of the example's first contact, who calls from this number. */
export const CASE = '5005g00000HbCs2AAF';
export const ANN = '+12025550142';

interface Ready {
  url: string;
  /** Opens "Try it" without a password; the demo alone has it. */
  try?: string;
  setup?: string;
  users: { name: string; password: string }[];
  sip: string;
  crm: string;
  number: string;
}

export class Centre {
  private calls = 0;

  private constructor(
    private readonly programs: Program[],
    private readonly folder: string,
    private readonly ready: Ready,
    readonly cable: Cable | null = null,
  ) {}

  /** As a newcomer has it: `trunkline demo`. */
  static async start(): Promise<Centre> {
    const folder = mkdtempSync(join(tmpdir(), 'trunkline-e2e-'));
    const program = new Program('demo', '--no-check', '--stay', '--json', '--dir', join(folder, 'demo'));
    const ready = await program.said((line) => {
      const said = object(line);
      return said?.line === 'ready' ? (said as unknown as Ready) : undefined;
    });
    return new Centre([program], folder, ready);
  }

  /** `trunkline serve` with the agents as users; the link of the first start makes the administrator. */
  static async serve(settings: Settings = {}): Promise<Centre> {
    const folder = mkdtempSync(join(tmpdir(), 'trunkline-e2e-'));
    const sandbox = new Program('sandbox', '--listen', '127.0.0.1:0', '--quiet', '--fixture', fixture(folder, settings));
    const crm = await sandbox.said((line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]);
    const { config, sip, cable } = await layOut(folder, crm, settings);
    const server = new Program('serve', '--config', config, '--json', '--allow-literal-secrets');
    const pages = await server.said((line) => object(line)?.pages as { url: string; setup: string } | undefined);
    const users = settings.isNew ? [] : await makeUsers(pages.url, pages.setup);
    return new Centre([server, sandbox], folder, { url: pages.url, setup: pages.setup, users, sip, crm, number: NUMBERS.support }, cable);
  }

  get url(): string {
    return this.ready.url;
  }

  /** The address that signs a newcomer in, once. */
  get tryAddress(): string {
    return this.ready.try ?? '';
  }

  /** The link that makes the first administrator. */
  get setup(): string {
    return this.ready.setup ?? '';
  }

  password(name: string): string {
    const user = this.ready.users.find((one) => one.name === name);
    if (!user) throw new Error(`there is no user ${name}`);
    return user.password;
  }

  /** Calls a number; what is heard is recorded. */
  dial(number: string, from: string, ...steps: string[]): Caller {
    this.calls += 1;
    const heard = join(this.folder, `heard-${this.calls}.wav`);
    const address = `sip:${number}@${this.ready.sip}`;
    return new Caller(new Program('call', address, '--from', from, '--record', heard, '--json', ...steps), heard);
  }

  /** Calls the first number. */
  call(from: string, ...steps: string[]): Caller {
    return this.dial(this.ready.number, from, ...steps);
  }

  /** A request to the sandbox as a client of the CRM sends it. */
  private async query(soql: string): Promise<Record<string, string>[]> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'trunkline',
      client_secret: 'sandbox',
    });
    const token = await fetch(`${this.ready.crm}/services/oauth2/token`, { method: 'POST', body: form });
    const { access_token } = (await token.json()) as { access_token: string };
    const address = `${this.ready.crm}/services/data/v52.0/query?q=${encodeURIComponent(soql)}`;
    const answer = await fetch(address, { headers: { authorization: `Bearer ${access_token}` } });
    const { records } = (await answer.json()) as { records: Record<string, string>[] };
    return records;
  }

  /** The comments of a case, the oldest first. */
  async comments(id = CASE): Promise<string[]> {
    const records = await this.query(`SELECT CommentBody FROM CaseComment WHERE ParentId='${id}' ORDER BY CreatedDate`);
    return records.map((record) => record.CommentBody ?? '');
  }

  /** What the server has written, for a test that fails. */
  said(): string {
    return this.programs.map((program) => program.log.slice(-80).join('\n')).join('\n');
  }

  async stop(): Promise<void> {
    this.cable?.remove();
    for (const program of this.programs) await program.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const PASSWORD = 'harbour-bikes-2026';

/** The administrator by the link that the server printed, then a user for each agent. */
async function makeUsers(url: string, setup: string): Promise<{ name: string; password: string }[]> {
  const send = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(`${url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: url, ...headers },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return answer;
  };
  const token = setup.split('/').at(-1) ?? '';
  const made = await send(`/setup/${token}`, { name: 'ada', display_name: 'Ada Berg', password: PASSWORD, language: 'en' });
  const { csrf } = (await made.json()) as { csrf: string };
  const cookie = made.headers.getSetCookie().map((one) => one.split(';')[0]).join('; ');
  const as = { cookie, 'x-trunkline-csrf': csrf };
  await Promise.all(
    Object.entries(AGENTS).map(([name, display_name]) =>
      send('/users', { name, display_name, roles: ['agent'], agent: name, language: name === 'yui' ? 'ja' : 'en', password: PASSWORD, must_change_password: false }, as),
    ),
  );
  return ['ada', ...Object.keys(AGENTS)].map((name) => ({ name, password: PASSWORD }));
}
