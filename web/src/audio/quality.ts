import type { Quality } from '../api/types';

/** Counters at the last report. */
export interface Figures {
  received: number;
  lost: number;
}

export type Grade = 'good' | 'fair' | 'poor';

/** Figures since the last report, out of the browser's statistics. */
export function qualityOf(stats: RTCStatsReport, before: Figures | null): [Quality, Figures] {
  let roundTrip: number | null = null;
  let jitter: number | null = null;
  const now: Figures = { received: 0, lost: 0 };
  stats.forEach((entry: Record<string, unknown>) => {
    if (entry.type === 'remote-inbound-rtp' && typeof entry.roundTripTime === 'number') roundTrip = entry.roundTripTime * 1000;
    if (entry.type === 'candidate-pair' && entry.nominated === true && typeof entry.currentRoundTripTime === 'number') {
      roundTrip ??= entry.currentRoundTripTime * 1000;
    }
    if (entry.type !== 'inbound-rtp' || entry.kind !== 'audio') return;
    if (typeof entry.jitter === 'number') jitter = entry.jitter * 1000;
    now.received = Number(entry.packetsReceived ?? 0);
    now.lost = Number(entry.packetsLost ?? 0);
  });
  const received = now.received - (before?.received ?? 0);
  const lost = Math.max(0, now.lost - (before?.lost ?? 0));
  const loss = received + lost > 0 ? (100 * lost) / (received + lost) : null;
  return [{ round_trip_ms: roundTrip, jitter_ms: jitter, loss_percent: loss }, now];
}

/** A word for the figures: above these a voice begins to suffer. */
export function grade(quality: Quality): Grade {
  const { loss_percent: loss, jitter_ms: jitter, round_trip_ms: roundTrip } = quality;
  if ((loss ?? 0) > 5 || (jitter ?? 0) > 60 || (roundTrip ?? 0) > 600) return 'poor';
  if ((loss ?? 0) > 1 || (jitter ?? 0) > 30 || (roundTrip ?? 0) > 300) return 'fair';
  return 'good';
}
