import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import type { DeskView } from '../api/types';
import { live } from './desk';

const asked: ((view: DeskView) => void)[] = [];

vi.mock('../api/client', () => ({
  isProblem: () => false,
  renewSession: () => Promise.resolve(),
  request: () => new Promise((resolve) => asked.push(resolve)),
}));

class FakeSocket {
  static readonly OPEN = 1;
  static made: FakeSocket[] = [];
  readyState = 0;
  isClosed = false;
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;

  constructor() {
    FakeSocket.made.push(this);
  }

  send = vi.fn();

  close(): void {
    this.isClosed = true;
  }
}

const SIGNED_OUT = { seq: 0, server_ms: 0, state: { kind: 'signed_out' } } as DeskView;
const newest = () => FakeSocket.made.at(-1) as FakeSocket;

beforeEach(() => {
  FakeSocket.made = [];
  asked.length = 0;
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  vi.stubGlobal('Worker', undefined);
});

afterEach(() => {
  live.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('needs no connection while nobody is signed in', async () => {
  live.start();
  newest().onclose?.();
  asked[0]?.(SIGNED_OUT);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(live.snapshot()).toMatchObject({ line: 'open', view: SIGNED_OUT });
  expect(FakeSocket.made).toHaveLength(1);
});

it('keeps its connection when an answer from before signing in comes late', async () => {
  live.start();
  newest().onclose?.();
  await vi.advanceTimersByTimeAsync(1_500);
  newest().onclose?.();
  asked[0]?.(SIGNED_OUT);
  await vi.advanceTimersByTimeAsync(0);
  live.restart();
  expect(live.snapshot().line).toBe('connecting');
  const joined = newest();
  asked[1]?.(SIGNED_OUT);
  await vi.advanceTimersByTimeAsync(0);
  expect(joined.isClosed).toBe(false);
  joined.onmessage?.({ data: JSON.stringify({ type: 'view', view: { seq: 1, server_ms: 0, state: { kind: 'idle' } } }) });
  expect(live.snapshot()).toMatchObject({ line: 'open', view: { seq: 1 } });
});
