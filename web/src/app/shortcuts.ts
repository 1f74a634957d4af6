// Keys: always combinations, by physical key, never while an input method composes.
import { useEffect, useRef } from 'react';

import { preferences } from './preferences';

export const ACTIONS = [
  'available',
  'idle',
  'answer',
  'decline',
  'outdial',
  'mute',
  'hold',
  'keypad',
  'consult',
  'transfer',
  'conference',
  'swap',
  'end_consult',
  'recording',
  'end',
  'wrap_up',
  'save',
  'done',
  'palette',
  'shortcuts',
  'swap_sides',
] as const;
export type Action = (typeof ACTIONS)[number];

const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
/** Ctrl+Option is VoiceOver's own. */
const CALL = isMac ? 'Ctrl+Shift' : 'Ctrl+Alt';
const COMMAND = isMac ? 'Meta' : 'Ctrl';

const DEFAULTS: Record<Action, string> = {
  available: `${CALL}+Digit1`,
  idle: `${CALL}+Digit2`,
  answer: `${CALL}+KeyA`,
  decline: `${CALL}+KeyR`,
  outdial: `${CALL}+KeyO`,
  mute: `${CALL}+KeyM`,
  hold: `${CALL}+KeyH`,
  keypad: `${CALL}+KeyK`,
  consult: `${CALL}+KeyC`,
  transfer: `${CALL}+KeyX`,
  conference: `${CALL}+KeyG`,
  swap: `${CALL}+KeyS`,
  end_consult: `${CALL}+KeyB`,
  recording: `${CALL}+KeyP`,
  end: `${CALL}+KeyE`,
  wrap_up: `${CALL}+KeyW`,
  save: `${COMMAND}+KeyS`,
  done: `${COMMAND}+Enter`,
  palette: `${COMMAND}+KeyK`,
  shortcuts: `${CALL}+Slash`,
  swap_sides: `${CALL}+KeyY`,
};

export function combination(action: Action): string {
  return preferences.get().shortcuts[action] ?? DEFAULTS[action];
}

export function isRemapped(action: Action): boolean {
  return combination(action) !== DEFAULTS[action];
}

/** A combination as people read it: `Ctrl+Alt+A`. */
export function keysOf(action: Action): string {
  return combination(action)
    .replace('Meta', 'Cmd')
    .replace(/Key|Digit/, '')
    .replace('Slash', '/');
}

/** The combination as `aria-keyshortcuts` has it. */
export function ariaKeys(action: Action): string {
  return combination(action).replace('Ctrl', 'Control').replace(/Key|Digit/, '').replace('Slash', '/');
}

/** What was pressed, or nothing for keys that may not be combined so. */
export function pressed(event: KeyboardEvent): string | null {
  if (event.isComposing || event.getModifierState('AltGraph')) return null;
  const modifiers = [event.ctrlKey && 'Ctrl', event.metaKey && 'Meta', event.altKey && 'Alt', event.shiftKey && 'Shift'].filter(Boolean);
  if (modifiers.length === 0 || ['ControlLeft', 'ControlRight', 'AltLeft', 'AltRight', 'ShiftLeft', 'ShiftRight', 'MetaLeft', 'MetaRight'].includes(event.code)) return null;
  const code = event.code === 'NumpadEnter' ? 'Enter' : event.code;
  return [...modifiers, code].join('+');
}

type Handler = () => void;
const handlers = new Map<Action, Handler[]>();

window.addEventListener('keydown', (event) => {
  const keys = pressed(event);
  if (keys === null) return;
  const action = ACTIONS.find((one) => combination(one) === keys);
  const handler = action && handlers.get(action)?.at(-1);
  if (!handler) return;
  event.preventDefault();
  if (!event.repeat) handler();
});

/** Does what the keys of an action would. False when the page does not offer it at the moment. */
export function perform(action: Action): boolean {
  const handler = handlers.get(action)?.at(-1);
  handler?.();
  return handler !== undefined;
}

/** Does something when the keys of an action are pressed; the newest part of the page wins. */
export function useShortcut(action: Action, handler: Handler, isEnabled = true): void {
  const newest = useRef(handler);
  useEffect(() => {
    newest.current = handler;
  });
  useEffect(() => {
    if (!isEnabled) return undefined;
    const run = () => newest.current();
    handlers.set(action, [...(handlers.get(action) ?? []), run]);
    return () => {
      handlers.set(action, (handlers.get(action) ?? []).filter((one) => one !== run));
    };
  }, [action, isEnabled]);
}
