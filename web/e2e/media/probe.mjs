// The server's side: a program that speaks lines of text (crates/media-engine/examples).

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How long to wait for a line, in milliseconds. */
const PATIENCE_MS = 15_000;

export class Probe {
  #child;
  #lines = [];
  #waiting = [];

  constructor(path) {
    this.#child = spawn(path, [], { stdio: ['pipe', 'pipe', 'inherit'] });
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      this.#lines.push(line);
      this.#waiting.splice(0).forEach((look) => look());
    });
  }

  /** Sends a command. */
  say(line) {
    this.#child.stdin.write(`${line}\n`);
  }

  /** The rest of the next line that begins with a word; lines before it stay. */
  async next(word) {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const at = this.#lines.findIndex((line) => line === word || line.startsWith(`${word} `));
      if (at >= 0) {
        const [line] = this.#lines.splice(at, 1);
        return line.slice(word.length + 1);
      }
      const left = end - Date.now();
      if (left <= 0) {
        throw new Error(`no "${word}" within ${PATIENCE_MS} ms; lines: ${this.#lines.join(' / ')}`);
      }
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.#waiting.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
  }

  /** Forgets what has been said so far. */
  forget() {
    this.#lines = [];
  }

  /** What the caller hears: frequency in Hz, level in dBm0, distance from all else in dB. */
  async hear() {
    this.say('hear');
    const [hz, level, snr] = (await this.next('heard')).split(' ').map(Number);
    return { hz, level, snr };
  }

  async offer() {
    this.say('offer');
    return (await this.next('offer')).replaceAll('|', '\r\n');
  }

  answer(sdp) {
    this.say(`answer ${sdp.trimEnd().split(/\r?\n/).join('|')}|`);
  }

  end() {
    this.#child.stdin.end();
  }
}
