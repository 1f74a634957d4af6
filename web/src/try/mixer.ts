// One person's ears and voice for two sides: the caller's ear is the left one, the agent's the
// right one; the microphone goes to the side that is chosen.
import { Store } from '../ui/store';

export type Side = 'caller' | 'agent';

export interface Mixer {
  /** Whether the person has allowed sound. */
  isOn: boolean;
  /** Whether there is a microphone. */
  hasMicrophone: boolean;
  side: Side;
}

/** How loud counts as heard: -50 dB. */
const HEARD = 0.003;

interface Parts {
  context: AudioContext;
  /** What each side says. */
  out: Record<Side, MediaStreamAudioDestinationNode>;
  /** How much of the microphone each side gets. */
  gain: Record<Side, GainNode>;
  pan: Record<Side, StereoPannerNode>;
  ears: Record<Side, AnalyserNode>;
}

interface Source {
  node: MediaStreamAudioSourceNode;
  element: HTMLAudioElement;
}

export const mixer = new Store<Mixer>({ isOn: false, hasMicrophone: false, side: 'caller' });

let parts: Parts | null = null;
const sources = new Map<Side, Source>();
const waiting = new Map<Side, MediaStream>();

/** Makes the page sound; in the answer to a click. The microphone may be refused. */
export async function switchOn(): Promise<void> {
  const made = (parts ??= make());
  await made.context.resume();
  for (const side of ['caller', 'agent'] as const) {
    const stream = waiting.get(side);
    if (stream) hear(side, stream);
  }
  mixer.change({ isOn: made.context.state === 'running' });
  await openMicrophone(made);
}

function make(): Parts {
  const context = new AudioContext({ latencyHint: 'interactive' });
  const both = <T>(one: (side: Side) => T): Record<Side, T> => ({ caller: one('caller'), agent: one('agent') });
  const out = both(() => new MediaStreamAudioDestinationNode(context, { channelCount: 1 }));
  const gain = both((side) => new GainNode(context, { gain: mixer.get().side === side ? 1 : 0 }));
  const pan = both((side) => new StereoPannerNode(context, { pan: side === 'caller' ? -1 : 1 }));
  const ears = both(() => new AnalyserNode(context, { fftSize: 1024 }));
  for (const side of ['caller', 'agent'] as const) {
    gain[side].connect(out[side]);
    ears[side].connect(pan[side]).connect(context.destination);
  }
  return { context, out, gain, pan, ears };
}

async function openMicrophone({ context, gain }: Parts): Promise<void> {
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (!devices || mixer.get().hasMicrophone) return;
  try {
    const audio = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
    const mediaStream = await devices.getUserMedia({ audio });
    const source = new MediaStreamAudioSourceNode(context, { mediaStream });
    source.connect(gain.caller);
    source.connect(gain.agent);
    mixer.change({ hasMicrophone: true });
  } catch {
    // Who has none, or refuses it, types what the caller says.
  }
}

export function speakAs(side: Side): void {
  mixer.change({ side });
  if (!parts) return;
  parts.gain.caller.gain.value = side === 'caller' ? 1 : 0;
  parts.gain.agent.gain.value = side === 'agent' ? 1 : 0;
}

/** What a side says, for its connection. */
export function voiceOf(side: Side): MediaStream {
  parts ??= make();
  return parts.out[side].stream;
}

/** What a side hears from now on; null for nothing. */
export function hear(side: Side, stream: MediaStream | null): void {
  const former = sources.get(side);
  former?.node.disconnect();
  if (former) former.element.srcObject = null;
  sources.delete(side);
  waiting.delete(side);
  if (!stream) return;
  if (!parts) {
    waiting.set(side, stream);
    return;
  }
  // Chromium feeds Web Audio with what others send only while an element plays it too.
  const element = new Audio();
  element.muted = true;
  element.srcObject = stream;
  void element.play().catch(() => undefined);
  const node = new MediaStreamAudioSourceNode(parts.context, { mediaStream: stream });
  node.connect(parts.ears[side]);
  sources.set(side, { node, element });
}

/** Whether a side hears something at this moment. */
export function isHearing(side: Side): boolean {
  if (!parts || !sources.has(side)) return false;
  const samples = new Float32Array(parts.ears[side].fftSize);
  parts.ears[side].getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  return Math.sqrt(power) > HEARD;
}

/** Says a recording as the caller; gives how long it takes, in milliseconds. */
export async function sayAsCaller(wav: ArrayBuffer): Promise<number> {
  const { context, out } = (parts ??= make());
  const buffer = await context.decodeAudioData(wav);
  const source = new AudioBufferSourceNode(context, { buffer });
  source.connect(out.caller);
  source.start();
  return buffer.duration * 1_000;
}

/** The tone that a caller hears until somebody answers; stops when it is called. */
export function ringBack(): () => void {
  if (!parts) return () => undefined;
  const { context, pan } = parts;
  const gain = new GainNode(context, { gain: 0 });
  const tones = [440, 480].map((frequency) => new OscillatorNode(context, { frequency }));
  tones.forEach((tone) => tone.connect(gain));
  gain.connect(pan.caller);
  // Two seconds on, four off (North America), for as long as a page may ring.
  for (let at = 0; at < 60; at += 6) {
    gain.gain.setValueAtTime(0.05, context.currentTime + at);
    gain.gain.setValueAtTime(0, context.currentTime + at + 2);
  }
  tones.forEach((tone) => tone.start());
  return () => {
    tones.forEach((tone) => tone.stop());
    gain.disconnect();
  };
}
