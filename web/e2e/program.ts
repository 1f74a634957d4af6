// The program as it was built, run as a child that talks in JSON lines.

import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** `TRUNKLINE` names another one. */
const PROGRAM = process.env.TRUNKLINE ?? fileURLToPath(new URL('../../target/debug/trunkline', import.meta.url));
const LINES_KEPT = 400;

export class Program {
  readonly log: string[] = [];
  private readonly child: ChildProcess;
  private readonly listeners: ((line: string) => void)[] = [];

  constructor(...words: string[]) {
    this.child = spawn(PROGRAM, words);
    for (const stream of [this.child.stdout, this.child.stderr]) {
      if (!stream) continue;
      createInterface({ input: stream }).on('line', (line) => this.take(line));
    }
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** The first line of which `read` makes something. */
  said<T>(read: (line: string) => T | undefined, withinMs = 40_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why}\n${this.log.join('\n')}`));
      const late = setTimeout(() => fail('not said in time'), withinMs);
      this.child.once('exit', (code) => fail(`the program ended with ${code}`));
      const look = (line: string) => {
        const found = read(line);
        if (found === undefined) return;
        clearTimeout(late);
        resolve(found);
      };
      this.log.forEach(look);
      this.listeners.push(look);
    });
  }

  onLine(listener: (line: string) => void): void {
    this.listeners.push(listener);
  }

  ended(): Promise<number | null> {
    if (!this.isRunning) return Promise.resolve(this.child.exitCode);
    return new Promise((resolve) => this.child.once('exit', resolve));
  }

  /** Asks it to end; after ten seconds it has no choice. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const ended = this.ended();
    this.child.kill('SIGINT');
    const hard = setTimeout(() => this.child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(hard);
  }

  private take(line: string): void {
    this.log.push(line);
    if (this.log.length > LINES_KEPT) this.log.shift();
    this.listeners.forEach((listener) => listener(line));
  }
}

/** A line as JSON, if it is an object. */
export function object(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
