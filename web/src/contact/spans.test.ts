import { describe, expect, it } from 'vitest';

import type { PathStep } from '../api/types';
import { timeline } from './spans';

const step = (t_ms: number, kind: string): PathStep => ({ t_ms, kind, with: {}, is_problem: false });

describe('timeline', () => {
  it('cuts a contact into flow, queue, ring, talk, hold and after', () => {
    const path = [step(0, 'called'), step(4, 'request'), step(11, 'queued'), step(83, 'offered'), step(87, 'answered'), step(120, 'held'), step(140, 'resumed'), step(270, 'hung_up')];
    expect(timeline(path, 301).map(({ part, fromMs, toMs }) => [part, fromMs, toMs])).toEqual([
      ['flow', 0, 11],
      ['queue', 11, 83],
      ['ring', 83, 87],
      ['talk', 87, 120],
      ['hold', 120, 140],
      ['talk', 140, 270],
      ['after', 270, 301],
    ]);
  });

  it('goes back to the queue after an offer that was missed', () => {
    expect(timeline([step(0, 'called'), step(5, 'queued'), step(9, 'offered'), step(29, 'missed')], 40).map((span) => span.part)).toEqual(['flow', 'queue', 'ring', 'queue']);
  });

  it('has nothing to show of nothing', () => {
    expect(timeline([], 10)).toEqual([]);
  });
});
