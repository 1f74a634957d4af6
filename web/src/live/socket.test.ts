import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { ToDesk } from '../api/types';
import { DeskSocket, type Line } from './socket';

class FakeSocket {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  sent: { type: string }[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor(readonly url: string) {
    FakeSocket.made.push(this);
  }

  open(): void {
    this.readyState = 1;
    this.onopen?.();
  }

  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text) as { type: string });
  }

  close(): void {
    this.readyState = 3;
    this.onclose?.();
  }
}

const view = (seq: number) => ({ type: 'view', view: { seq, server_ms: Date.now() } });

function begin() {
  const lines: Line[] = [];
  const messages: ToDesk[] = [];
  const refused = vi.fn();
  const socket = new DeskSocket('ws://x', {
    hello: () => ({ type: 'hello', tab: 'b:t', seen: null, wants_audio: true }),
    message: (message) => messages.push(message),
    line: (line) => lines.push(line),
    refused,
  });
  socket.start();
  return { socket, lines, messages, refused };
}

const newest = () => FakeSocket.made.at(-1) as FakeSocket;

beforeEach(() => {
  FakeSocket.made = [];
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('Worker', undefined);
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe('DeskSocket', () => {
  it('says hello first and is open with the first view', () => {
    const { socket, lines } = begin();
    newest().open();
    expect(newest().sent.map((one) => one.type)).toEqual(['hello', 'ping']);
    expect(lines).toEqual(['connecting']);
    newest().say(view(1));
    expect(lines.at(-1)).toBe('open');
    socket.stop();
  });

  it('comes back by itself, more slowly each time', async () => {
    const { socket, lines } = begin();
    newest().open();
    newest().say(view(1));
    newest().close();
    expect(lines.at(-1)).toBe('lost');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(FakeSocket.made.length).toBe(2);
    for (let round = 0; round < 4; round += 1) {
      newest().close();
      await vi.advanceTimersByTimeAsync(7_000);
    }
    const made = FakeSocket.made.length;
    newest().close();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(FakeSocket.made.length).toBe(made);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(FakeSocket.made.length).toBe(made + 1);
    socket.stop();
  });

  it('asks why when it was refused before it was open', () => {
    const { socket, refused } = begin();
    newest().close();
    expect(refused).toHaveBeenCalledTimes(1);
    socket.stop();
  });

  it('gives up a connection that says nothing', async () => {
    const { socket } = begin();
    newest().open();
    newest().say(view(1));
    await vi.advanceTimersByTimeAsync(16_000);
    expect(FakeSocket.made.length).toBe(2);
    socket.stop();
  });

  it('keeps a connection that answers pings', async () => {
    const { socket } = begin();
    newest().open();
    newest().say(view(1));
    for (let at = 0; at < 12; at += 1) {
      await vi.advanceTimersByTimeAsync(5_000);
      newest().say({ type: 'pong', server_ms: Date.now() });
    }
    expect(FakeSocket.made.length).toBe(1);
    expect(newest().sent.filter((one) => one.type === 'ping').length).toBeGreaterThan(5);
    socket.stop();
  });

  it('believes a machine that says it has no network, and does not wait for a connection begun then', async () => {
    const { socket, lines } = begin();
    newest().open();
    newest().say(view(1));
    window.dispatchEvent(new Event('offline'));
    expect([lines.at(-1), FakeSocket.made.length]).toEqual(['lost', 2]);
    window.dispatchEvent(new Event('online'));
    expect(FakeSocket.made.length).toBe(3);
    newest().open();
    newest().say(view(2));
    expect(lines.at(-1)).toBe('open');
    socket.stop();
  });

  it('does not come back when another desktop has the agent', async () => {
    const { lines } = begin();
    newest().open();
    newest().say({ type: 'signed_out', why: { reason: 'elsewhere', elsewhere: { label: 'x', since_ms: 0 } } });
    await vi.advanceTimersByTimeAsync(20_000);
    expect([lines.at(-1), FakeSocket.made.length]).toEqual(['ended', 1]);
  });

  it('is open once the desktop answers a ping: a page that has seen the newest view gets none', () => {
    const { socket, lines, messages } = begin();
    const old = newest();
    old.open();
    old.say(view(1));
    socket.stop();
    socket.start();
    newest().open();
    old.say(view(2));
    expect(messages).toHaveLength(1);
    expect(lines.at(-1)).toBe('connecting');
    newest().say({ type: 'pong', server_ms: Date.now() });
    expect(lines.at(-1)).toBe('open');
    socket.stop();
  });
});
