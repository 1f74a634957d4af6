// The buttons of a USB headset, where the browser has WebHID and the agent has chosen one.
import { Store } from '../../ui/store';
import { fieldsOf, lampReports, TELEPHONY_PAGE, type HeadsetFields } from './fields';
import { NO_CALL, Presses, type CallState, type Press } from './presses';

export interface Headset {
  state: 'none' | 'connected' | 'busy' | 'no_buttons';
  name: string;
}

/** A headset whose lamps show something else than the call is told again after so long. */
const TOLD_AGAIN_MS = 1_000;

interface Open {
  device: HIDDevice;
  fields: HeadsetFields;
  presses: Presses;
  again: ReturnType<typeof setTimeout> | undefined;
}

export const headset = new Store<Headset>({ state: 'none', name: '' });

const listeners = new Set<(press: Press) => void>();
let open: Open | null = null;
/** Null while another tab has the audio, and tells the headset. */
let call: CallState | null = null;

export function hasHeadsetButtons(): boolean {
  return 'hid' in navigator;
}

/** Opens what was chosen before, and follows it when it is unplugged and plugged in. Once for a page. */
export function attachHeadset(): () => void {
  if (!hasHeadsetButtons()) return () => undefined;
  const plugged = ({ device }: HIDConnectionEvent) => {
    if (!open) void adopt(device);
  };
  const unplugged = ({ device }: HIDConnectionEvent) => {
    if (open?.device === device) drop();
  };
  navigator.hid.addEventListener('connect', plugged);
  navigator.hid.addEventListener('disconnect', unplugged);
  void openKnown();
  return () => {
    navigator.hid.removeEventListener('connect', plugged);
    navigator.hid.removeEventListener('disconnect', unplugged);
    const device = open?.device;
    if (open && call) light(open, NO_CALL);
    drop();
    void device?.close();
  };
}

/** Asks the agent for a headset; only in answer to a click. */
export async function chooseHeadset(): Promise<void> {
  // Nothing chosen is no error.
  const [device] = await navigator.hid.requestDevice({ filters: [{ usagePage: TELEPHONY_PAGE }] });
  if (device) await adopt(device);
}

/** Gives the headset back: this page may not use it any more. */
export async function forgetHeadset(): Promise<void> {
  const device = open?.device;
  drop();
  await device?.forget();
}

export function onHeadsetPress(listener: (press: Press) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells the headset how the call stands; null leaves it to another tab. */
export function tellHeadset(state: CallState | null): void {
  call = state;
  if (open) light(open, state);
}

async function openKnown(): Promise<void> {
  const devices = await navigator.hid.getDevices();
  const device = devices.find((one) => fieldsOf(one.collections));
  if (device && !open) await adopt(device);
}

async function adopt(device: HIDDevice): Promise<void> {
  const name = device.productName;
  const fields = fieldsOf(device.collections);
  if (!fields) {
    if (!open) headset.set({ state: 'no_buttons', name });
    return;
  }
  const before = open?.device;
  drop();
  if (before && before !== device) await before.close();
  try {
    if (!device.opened) await device.open();
  } catch {
    headset.set({ state: 'busy', name });
    return;
  }
  const made: Open = { device, fields, presses: new Presses(fields), again: undefined };
  open = made;
  device.oninputreport = (event) => take(made, event);
  headset.set({ state: 'connected', name });
  light(made, call);
}

function drop(): void {
  if (!open) return;
  open.device.oninputreport = null;
  clearTimeout(open.again);
  open = null;
  headset.set({ state: 'none', name: '' });
}

function take(from: Open, { reportId, data }: HIDInputReportEvent): void {
  const presses = from.presses.take(reportId, data, Date.now());
  if (!call) return;
  for (const press of presses) {
    // A headset that hears nothing takes its own button back, and says so like a press.
    if (press === 'answer') light(from, { ...NO_CALL, isOffHook: true });
    if (press === 'end') light(from, NO_CALL);
    listeners.forEach((listener) => listener(press));
    // What was asked for may not happen: ending may be asked about first.
    clearTimeout(from.again);
    from.again = setTimeout(() => light(from, call), TOLD_AGAIN_MS);
  }
}

function light(to: Open, state: CallState | null): void {
  if (!state) return;
  to.presses.tell(state);
  const lit = { mute: state.isMuted, offHook: state.isOffHook, ring: state.isRinging, hold: state.isHeld };
  for (const [reportId, bytes] of lampReports(to.fields, lit)) {
    // Unplugged in this moment: the browser says so by itself.
    to.device.sendReport(reportId, bytes).catch(() => undefined);
  }
}
