// Short sounds. Each has a visible twin; none says anything by itself.
import { output } from './output';
import { audioSettings } from './settings';

export const TONES = ['ring', 'auto_answer', 'caller_ended', 'hold_long', 'wrap_up_soon', 'lost'] as const;
export type Tone = (typeof TONES)[number];

interface Note {
  hertz: number;
  /** Seconds from the beginning of the sound. */
  at: number;
  seconds: number;
}

const SCORES: Record<Tone, Note[]> = {
  ring: [{ hertz: 587, at: 0, seconds: 0.45 }, { hertz: 784, at: 0.45, seconds: 0.55 }],
  auto_answer: [{ hertz: 880, at: 0, seconds: 0.12 }, { hertz: 880, at: 0.24, seconds: 0.12 }],
  caller_ended: [{ hertz: 523, at: 0, seconds: 0.15 }, { hertz: 392, at: 0.17, seconds: 0.28 }],
  hold_long: [{ hertz: 659, at: 0, seconds: 0.12 }, { hertz: 659, at: 0.2, seconds: 0.12 }],
  wrap_up_soon: [{ hertz: 698, at: 0, seconds: 0.18 }],
  lost: [{ hertz: 330, at: 0, seconds: 0.22 }, { hertz: 262, at: 0.26, seconds: 0.4 }],
};

const RING_PERIOD = 3;
/** From this part of the ringing on it is louder. */
const LOUDER_AFTER = 0.6;
const EDGE = 0.02;

/** Plays a tone once in the headset. */
export function play(tone: Tone): void {
  const { speaker, ringDevice, ringVolume, toneVolume } = audioSettings.get();
  const isRing = tone === 'ring';
  schedule(output(isRing ? ringDevice : speaker), SCORES[tone], [{ at: 0, volume: isRing ? ringVolume : toneVolume }]);
}

/**
 * Rings for so many milliseconds at the ring device and in the headset. Everything is scheduled at
 * once on the audio clock, since timers of hidden tabs come late. Gives the function that stops it.
 */
export function ring(restMs: number, wholeMs: number): () => void {
  const { speaker, ringDevice, ringVolume } = audioSettings.get();
  const rest = Math.min(restMs, 120_000) / 1000;
  const gone = wholeMs / 1000 - rest;
  const rounds: Round[] = [];
  for (let at = 0; at < rest; at += RING_PERIOD) {
    const isLate = gone + at > (wholeMs / 1000) * LOUDER_AFTER;
    rounds.push({ at, volume: ringVolume * (isLate ? 1 : 0.55) });
  }
  const stops = [...new Set([ringDevice, speaker])].map((device) => schedule(output(device), SCORES.ring, rounds));
  return () => stops.forEach((stop) => stop());
}

interface Round {
  at: number;
  volume: number;
}

function schedule(context: AudioContext, score: Note[], rounds: Round[]): () => void {
  void context.resume().catch(() => undefined);
  const master = context.createGain();
  master.connect(context.destination);
  const start = context.currentTime + 0.03;
  const voices = rounds.flatMap((round) => score.map((note) => voice(context, master, note, start + round.at, round.volume)));
  return () => {
    master.gain.setTargetAtTime(0, context.currentTime, EDGE);
    voices.forEach((one) => one.stop(context.currentTime + 0.15));
    setTimeout(() => master.disconnect(), 300);
  };
}

/** A soft note: a sine with a quiet octave above it, without clicks at its edges. */
function voice(context: AudioContext, master: GainNode, note: Note, start: number, volume: number): OscillatorNode {
  const oscillator = context.createOscillator();
  const gain = context.createGain();
  oscillator.setPeriodicWave(context.createPeriodicWave(new Float32Array([0, 0, 0]), new Float32Array([0, 1, 0.18])));
  oscillator.frequency.value = note.hertz;
  const begin = start + note.at;
  const end = begin + note.seconds;
  gain.gain.setValueAtTime(0, begin);
  gain.gain.linearRampToValueAtTime(volume * 0.4, begin + EDGE);
  gain.gain.setValueAtTime(volume * 0.4, end - EDGE * 3);
  gain.gain.linearRampToValueAtTime(0, end);
  oscillator.connect(gain).connect(master);
  oscillator.start(begin);
  oscillator.stop(end + 0.05);
  return oscillator;
}
