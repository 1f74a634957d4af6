// A caller by SIP: plays a tone, and keeps what they hear.

import { readFileSync } from 'node:fs';

import { object, Program } from './program.js';

const RATE = 8_000;

export class Caller {
  /** The keys that were heard. */
  keys = '';
  private endedAt = 0;

  constructor(
    private readonly program: Program,
    private readonly file: string,
  ) {
    program.onLine((line) => {
      const event = object(line);
      if (event?.event === 'key heard') this.keys += String(event.key);
      if (event?.event === 'ended') this.endedAt = Date.now();
    });
  }

  get isThere(): boolean {
    return this.program.isRunning && this.endedAt === 0;
  }

  get said(): string {
    return this.program.log.join('\n');
  }

  async hangUp(): Promise<void> {
    await this.program.stop();
  }

  /** Waits until the file with what was heard is written. */
  async ended(): Promise<void> {
    await this.program.ended();
  }

  /**
   * How much of what was heard in the second around a time (`Date.now()`) is a tone: its share of
   * all power, 0 to 1. After the call.
   */
  shareOf(hz: number, at: number): number {
    return share(this.heardAround(at), hz);
  }

  /** The same of its clearest quarter: a busy machine interrupts a browser's tone now and then. */
  bestShareOf(hz: number, at: number): number {
    const part = this.heardAround(at);
    const quarters = [0, 1, 2, 3].map((number) => part.slice((number * RATE) / 4, ((number + 1) * RATE) / 4));
    return Math.max(...quarters.map((quarter) => share(quarter, hz)));
  }

  /** The level of the second around a time, in dB of full scale. */
  levelAt(at: number): number {
    const part = this.heardAround(at);
    const power = part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length);
    return 10 * Math.log10(power / 32_768 ** 2 + 1e-12);
  }

  private heardAround(at: number): Int16Array {
    const bytes = readFileSync(this.file);
    const data = bytes.indexOf('data') + 8;
    const samples = new Int16Array(bytes.buffer.slice(bytes.byteOffset + data, bytes.byteOffset + bytes.length - ((bytes.length - data) % 2)));
    const middle = samples.length - Math.round(((this.endedAt - at) / 1000) * RATE);
    return samples.slice(Math.max(0, middle - RATE / 2), middle + RATE / 2);
  }
}

function share(part: Int16Array, hz: number): number {
  let [cos, sin, power] = [0, 0, 0];
  part.forEach((sample, index) => {
    cos += sample * Math.cos((2 * Math.PI * hz * index) / RATE);
    sin += sample * Math.sin((2 * Math.PI * hz * index) / RATE);
    power += sample * sample;
  });
  return power === 0 ? 0 : (2 * (cos * cos + sin * sin)) / part.length / power;
}
