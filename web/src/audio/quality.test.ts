import { describe, expect, it } from 'vitest';

import { grade, qualityOf } from './quality';

const report = (entries: Record<string, unknown>[]) => new Map(entries.map((entry, at) => [String(at), entry])) as unknown as RTCStatsReport;

describe('quality', () => {
  it('counts what was lost since the last report', () => {
    const [, figures] = qualityOf(report([{ type: 'inbound-rtp', kind: 'audio', jitter: 0.004, packetsReceived: 250, packetsLost: 0 }]), null);
    const [quality] = qualityOf(
      report([
        { type: 'inbound-rtp', kind: 'audio', jitter: 0.006, packetsReceived: 490, packetsLost: 10 },
        { type: 'remote-inbound-rtp', roundTripTime: 0.05 },
      ]),
      figures,
    );
    expect(quality).toEqual({ round_trip_ms: 50, jitter_ms: 6, loss_percent: 4 });
  });

  it('is a word', () => {
    expect(grade({ round_trip_ms: 40, jitter_ms: 5, loss_percent: 0 })).toBe('good');
    expect(grade({ round_trip_ms: null, jitter_ms: null, loss_percent: 2 })).toBe('fair');
    expect(grade({ round_trip_ms: 700, jitter_ms: 5, loss_percent: 0 })).toBe('poor');
  });
});
