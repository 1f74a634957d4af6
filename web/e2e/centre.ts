// A contact centre for one test: `trunkline demo` with its sandbox, and callers by SIP.

import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The program as it was built; `TRUNKLINE` names another one. */
const PROGRAM = process.env.TRUNKLINE ?? fileURLToPath(new URL('../../target/debug/trunkline', import.meta.url));

/** The case of the example's first contact, who calls from this number. */
const CASE = '5005g00000HbCs2AAF';
export const ANN = '+12025550142';

interface Ready {
  url: string;
  users: { name: string; password: string }[];
  sip: string;
  crm: string;
  number: string;
}

export class Centre {
  private constructor(
    private readonly child: ChildProcess,
    private readonly folder: string,
    private readonly ready: Ready,
    private readonly log: string[],
  ) {}

  static async start(): Promise<Centre> {
    const folder = mkdtempSync(join(tmpdir(), 'trunkline-e2e-'));
    const child = spawn(PROGRAM, ['demo', '--no-check', '--stay', '--json', '--dir', join(folder, 'demo')]);
    const log: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    const ready = await new Promise<Ready>((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}\n${log.join('\n')}`));
      const late = setTimeout(() => fail('the server was not ready within 40 s'), 40_000);
      child.once('exit', (code) => fail(`the server ended with ${code}`));
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.push(line);
        const said = JSON.parse(line) as { line: string } & Ready;
        if (said.line !== 'ready') return;
        clearTimeout(late);
        resolve(said);
      });
    });
    return new Centre(child, folder, ready, log);
  }

  get url(): string {
    return this.ready.url;
  }

  password(name: string): string {
    const user = this.ready.users.find((one) => one.name === name);
    if (!user) throw new Error(`the demo has no user ${name}`);
    return user.password;
  }

  /** Calls the main line; what is heard is recorded. */
  call(from: string, ...steps: string[]): Caller {
    const heard = join(this.folder, `heard-${Date.now()}.wav`);
    const address = `sip:${this.ready.number}@${this.ready.sip}`;
    return new Caller(spawn(PROGRAM, ['call', address, '--from', from, '--record', heard, ...steps]), heard);
  }

  /** The comments of Ann's case, the oldest first. */
  async comments(): Promise<string[]> {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'trunkline',
      client_secret: 'sandbox',
    });
    const token = await fetch(`${this.ready.crm}/services/oauth2/token`, { method: 'POST', body: form });
    const { access_token } = (await token.json()) as { access_token: string };
    const query = `SELECT CommentBody FROM CaseComment WHERE ParentId='${CASE}' ORDER BY CreatedDate`;
    const address = `${this.ready.crm}/services/data/v52.0/query?q=${encodeURIComponent(query)}`;
    const answer = await fetch(address, { headers: { authorization: `Bearer ${access_token}` } });
    const { records } = (await answer.json()) as { records: { CommentBody: string }[] };
    return records.map((record) => record.CommentBody);
  }

  /** What the server has written, for a test that fails. */
  said(): string {
    return this.log.slice(-80).join('\n');
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    const hard = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await gone;
    clearTimeout(hard);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export class Caller {
  constructor(
    private readonly child: ChildProcess,
    private readonly file: string,
  ) {}

  get isThere(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async hangUp(): Promise<void> {
    if (!this.isThere) return;
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGINT');
    await gone;
  }

  /** How much of the last seconds that were heard is a tone: its share of all power, 0 to 1. */
  shareOf(hz: number, fromEnd: { from: number; to: number }): number {
    const bytes = readFileSync(this.file);
    const data = bytes.indexOf('data') + 8;
    const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + data, bytes.byteOffset + bytes.length - (bytes.length - data) % 2));
    const part = samples.slice(samples.length - fromEnd.from * 8_000, samples.length - fromEnd.to * 8_000);
    let [cos, sin, power] = [0, 0, 0];
    part.forEach((sample, at) => {
      cos += sample * Math.cos((2 * Math.PI * hz * at) / 8_000);
      sin += sample * Math.sin((2 * Math.PI * hz * at) / 8_000);
      power += sample * sample;
    });
    return (2 * (cos * cos + sin * sin)) / part.length / power;
  }
}
