// The server's time here, and a beat that sleeping tabs do not lose.

/** How far the server's clock is ahead of this machine's, in milliseconds. */
let offsetMs = 0;
let bestTripMs = Number.POSITIVE_INFINITY;

type Beat = () => void;
const beats = new Set<Beat>();
let worker: Worker | null = null;
let fallback: ReturnType<typeof setInterval> | null = null;

/** The server's time now, in milliseconds since the Unix epoch. */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Takes the server's time from a message; one whose way is known is trusted more. */
export function learnServerTime(serverMs: number, tripMs?: number): void {
  if (tripMs === undefined) {
    if (bestTripMs === Number.POSITIVE_INFINITY || Math.abs(serverMs - serverNow()) > 5_000) offsetMs = serverMs - Date.now();
    return;
  }
  if (tripMs > bestTripMs + 20) return;
  bestTripMs = tripMs;
  offsetMs = serverMs + tripMs / 2 - Date.now();
}

/** A new connection may be to another machine: what was learnt of the way is forgotten. */
export function forgetServerTime(): void {
  bestTripMs = Number.POSITIVE_INFINITY;
}

/** Calls back four times a second, from a worker, since browsers slow down timers of hidden tabs. */
export function onBeat(beat: Beat): () => void {
  beats.add(beat);
  if (beats.size === 1) start();
  return () => {
    beats.delete(beat);
    if (beats.size === 0) stop();
  };
}

function tick(): void {
  beats.forEach((beat) => beat());
}

function start(): void {
  if (typeof Worker === 'undefined') {
    fallback = setInterval(tick, 250);
    return;
  }
  worker = new Worker(new URL('./beat.worker.ts', import.meta.url), { type: 'module' });
  worker.onmessage = tick;
}

function stop(): void {
  worker?.terminate();
  worker = null;
  if (fallback !== null) clearInterval(fallback);
  fallback = null;
}
