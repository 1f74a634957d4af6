// Where sounds come out. A browser lets a page sound only after a click: `unlock` is called from one.
import { Store } from '../ui/store';

type Sinkable = AudioContext & { setSinkId?: (id: string) => Promise<void> };

/** Whether the page may sound: `blocked` until somebody has clicked in it. */
export const sound = new Store<'unknown' | 'ok' | 'blocked'>('unknown');

const contexts = new Map<string, Sinkable>();

/** The context that plays to a device. */
export function output(device: string): AudioContext {
  const known = contexts.get(device);
  if (known) return known;
  const context: Sinkable = new AudioContext({ latencyHint: 'interactive' });
  // A device that was unplugged: the machine's own is better than silence.
  if (device) void context.setSinkId?.(device).catch(() => undefined);
  context.onstatechange = note;
  contexts.set(device, context);
  note();
  return context;
}

/** Wakes up all contexts; works in the answer to a click or a key only. */
export async function unlock(): Promise<boolean> {
  output('');
  await Promise.all([...contexts.values()].map((context) => context.resume().catch(() => undefined)));
  note();
  return sound.get() === 'ok';
}

/** Asks the browser whether the page may sound, without making one. */
export async function probeSound(): Promise<boolean> {
  const context = output('');
  if (context.state === 'suspended') {
    // Without a click before it, `resume` stays open for ever.
    await Promise.race([context.resume().catch(() => undefined), new Promise((resolve) => setTimeout(resolve, 300))]);
  }
  note();
  return sound.get() === 'ok';
}

function note(): void {
  const states = [...contexts.values()].map((context) => context.state);
  sound.set(states.length > 0 && states.every((state) => state === 'running') ? 'ok' : 'blocked');
}
