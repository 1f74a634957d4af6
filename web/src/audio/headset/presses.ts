// What a headset's reports mean: which button was pressed, and which change is only its echo.
import { isSet, type Button, type HeadsetFields } from './fields';

/** What an agent asks for at the headset. */
export type Press = 'answer' | 'end' | 'mute' | 'hold' | 'drop';

/** How the call stands, as headsets are told. */
export interface CallState {
  isRinging: boolean;
  /** A call is there that this agent has answered. */
  isOffHook: boolean;
  isMuted: boolean;
  isHeld: boolean;
}

export const NO_CALL: CallState = { isRinging: false, isOffHook: false, isMuted: false, isHeld: false };

/** Some headsets describe a button that springs back as a state: so soon it is no second press. */
const SPRINGS_BACK_MS = 500;

/** Follows one headset. */
export class Presses {
  private readonly last = new Map<Button, boolean>();
  private readonly pressedAt = new Map<Button, number>();
  /** Those that spring back, whatever the headset says of them. */
  private readonly springy = new Set<Button>();
  /** What the headset was told: the same state from it is its echo, and no press. */
  private told: CallState = NO_CALL;

  constructor(private readonly fields: HeadsetFields) {}

  tell(state: CallState): void {
    this.told = state;
  }

  /** The presses that a report brings. */
  take(reportId: number, data: DataView, nowMs: number): Press[] {
    const presses: Press[] = [];
    for (const [name, field] of Object.entries(this.fields.buttons) as [Button, NonNullable<HeadsetFields['buttons'][Button]>][]) {
      if (field.reportId !== reportId) continue;
      const isOn = isSet(data, field);
      const was = this.last.get(name) ?? false;
      this.last.set(name, isOn);
      const press = isOn === was ? null : this.change(name, isOn, field.isAbsolute, nowMs);
      if (press) presses.push(press);
    }
    return presses;
  }

  private change(button: Button, isOn: boolean, isAbsolute: boolean, nowMs: number): Press | null {
    if (!isOn && nowMs - (this.pressedAt.get(button) ?? -SPRINGS_BACK_MS) < SPRINGS_BACK_MS) this.springy.add(button);
    const isStateful = isAbsolute && (button === 'hook' || button === 'mute') && !this.springy.has(button);
    if (!isOn && !isStateful) return null;
    const told = button === 'hook' ? this.told.isOffHook : this.told.isMuted;
    if (isStateful && isOn === told) return null;
    this.pressedAt.set(button, nowMs);
    switch (button) {
      case 'hook':
        return this.told.isOffHook ? 'end' : this.told.isRinging ? 'answer' : null;
      case 'flash':
      case 'hold':
        return 'hold';
      case 'drop':
      case 'mute':
        return button;
    }
  }
}
