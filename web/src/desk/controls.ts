// What an agent may do in each state: the table of the design, as one function.
import type { Device } from '../api/types';
import type { MessageId } from '../i18n';
import type { CallColumn, DeskState } from './state';

export type ControlName =
  | 'available'
  | 'idle'
  | 'answer'
  | 'decline'
  | 'outdial'
  | 'mute'
  | 'hold'
  | 'keypad'
  | 'consult'
  | 'transfer'
  | 'conference'
  | 'swap'
  | 'end_consult'
  | 'recording'
  | 'end'
  | 'details'
  | 'wrap_up'
  | 'sign_out';

/**
 * `primary`: the one filled button. `enabled`. `next`: sets the state after the contact. `now`: is
 * so already. `read`: shown, not to be changed. `kept`: typed text is kept and sent later.
 * `disabled`: stays in its place with a reason. `hidden`: not shown.
 */
export type Cell = 'primary' | 'enabled' | 'next' | 'now' | 'read' | 'kept' | 'disabled' | 'hidden';

export interface Control {
  cell: Cell;
  /** Why not; always there when disabled. */
  reason?: MessageId;
}

export interface Permissions {
  mayEndCall: boolean;
  mayPauseRecording: boolean;
  /** Whether there is a trunk for calls to the outside. */
  mayOutdial: boolean;
  /** How many may be in a conference, with the agent. */
  maxParties: number;
  /** Microphone and sound were tried on this page, or are not needed. */
  isDeviceReady: boolean;
}

export type Controls = Record<ControlName, Control>;

const HIDDEN: Control = { cell: 'hidden' };
const ENABLED: Control = { cell: 'enabled' };
const PRIMARY: Control = { cell: 'primary' };
const no = (reason: MessageId): Control => ({ cell: 'disabled', reason });

/** What may be done now. */
export function controls(state: DeskState, device: Device | null, permissions: Permissions): Controls {
  if (state.column === 'elsewhere' || state.column === 'signed_out') return nothing();
  const usual = connected(state.under, state, permissions);
  return state.column === 'lost' ? withoutNetwork(usual, device) : usual;
}

export function isActive(control: Control): boolean {
  return control.cell === 'primary' || control.cell === 'enabled' || control.cell === 'next' || control.cell === 'kept';
}

function nothing(): Controls {
  return {
    available: HIDDEN, idle: HIDDEN, answer: HIDDEN, decline: HIDDEN, outdial: HIDDEN, mute: HIDDEN,
    hold: HIDDEN, keypad: HIDDEN, consult: HIDDEN, transfer: HIDDEN, conference: HIDDEN, swap: HIDDEN,
    end_consult: HIDDEN, recording: HIDDEN, end: HIDDEN, details: HIDDEN, wrap_up: HIDDEN, sign_out: HIDDEN,
  };
}

function connected(column: CallColumn, state: DeskState, may: Permissions): Controls {
  return {
    available: available(column, may),
    idle: idle(column),
    answer: column === 'offered' ? PRIMARY : HIDDEN,
    decline: column === 'offered' ? ENABLED : HIDDEN,
    outdial: outdial(column, may),
    mute: mute(column),
    hold: hold(column),
    keypad: keypad(column),
    consult: consult(column, state, may),
    transfer: transfer(column, state),
    conference: conference(column, state),
    swap: column === 'consulting' ? onceAnswered(state, ENABLED) : HIDDEN,
    end_consult: column === 'consulting' ? ENABLED : HIDDEN,
    recording: recording(column, state, may),
    end: end(column, state, may),
    details: details(column),
    wrap_up: wrapUp(column),
    sign_out: signOut(column),
  };
}

function available(column: CallColumn, may: Permissions): Control {
  switch (column) {
    case 'idle':
    case 'rona':
      return may.isDeviceReady ? PRIMARY : no('why.device_not_checked');
    case 'available':
      return { cell: 'now' };
    case 'offered':
      return no('why.offer_first');
    case 'signed_out':
      return HIDDEN;
    case 'dialling':
    case 'answered':
    case 'on_hold':
    case 'consulting':
    case 'conference':
    case 'wrap_up':
      return { cell: 'next' };
  }
}

function idle(column: CallColumn): Control {
  if (column === 'idle' || column === 'available' || column === 'rona') return ENABLED;
  if (column === 'offered') return no('why.offer_first');
  return column === 'signed_out' ? HIDDEN : { cell: 'next' };
}

function outdial(column: CallColumn, may: Permissions): Control {
  if (!may.mayOutdial) return HIDDEN;
  if (column === 'idle' || column === 'available') return may.isDeviceReady ? ENABLED : no('why.device_not_checked');
  return no(column === 'rona' ? 'why.choose_state_first' : 'why.contact_first');
}

function mute(column: CallColumn): Control {
  switch (column) {
    case 'dialling':
    case 'answered':
    case 'consulting':
    case 'conference':
      return ENABLED;
    case 'on_hold':
      return no('why.caller_hears_music');
    default:
      return HIDDEN;
  }
}

function hold(column: CallColumn): Control {
  switch (column) {
    case 'answered':
    case 'conference':
      return ENABLED;
    case 'on_hold':
      return PRIMARY;
    case 'consulting':
      return no('why.caller_is_on_hold');
    case 'dialling':
      return no('why.not_answered_yet');
    default:
      return HIDDEN;
  }
}

function keypad(column: CallColumn): Control {
  switch (column) {
    case 'dialling':
    case 'answered':
    case 'consulting':
    case 'conference':
      return ENABLED;
    case 'on_hold':
      return no('why.caller_hears_music');
    default:
      return HIDDEN;
  }
}

function consult(column: CallColumn, state: DeskState, may: Permissions): Control {
  switch (column) {
    case 'answered':
    case 'on_hold':
      return state.isCallerGone ? no('why.caller_gone') : ENABLED;
    case 'consulting':
      return no('why.consult_goes_on');
    case 'conference':
      return state.partyCount < may.maxParties ? ENABLED : no('why.conference_full');
    case 'dialling':
      return no('why.not_answered_yet');
    default:
      return HIDDEN;
  }
}

function transfer(column: CallColumn, state: DeskState): Control {
  switch (column) {
    case 'answered':
    case 'on_hold':
      return state.isCallerGone ? no('why.caller_gone') : ENABLED;
    case 'consulting':
      return onceAnswered(state, PRIMARY);
    case 'conference':
      return ENABLED;
    case 'dialling':
      return no('why.not_answered_yet');
    default:
      return HIDDEN;
  }
}

function conference(column: CallColumn, state: DeskState): Control {
  switch (column) {
    case 'dialling':
    case 'answered':
    case 'on_hold':
      return no('why.consult_first');
    case 'consulting':
      return onceAnswered(state, ENABLED);
    default:
      return HIDDEN;
  }
}

function onceAnswered(state: DeskState, then: Control): Control {
  if (state.isCallerGone) return no('why.caller_gone');
  return state.isConsultAnswered ? then : no('why.consult_not_answered');
}

function recording(column: CallColumn, state: DeskState, may: Permissions): Control {
  if (!['answered', 'on_hold', 'consulting', 'conference'].includes(column)) return HIDDEN;
  if (!state.isRecorded) return no('why.not_recorded');
  return may.mayPauseRecording ? ENABLED : no('why.may_not_pause');
}

function end(column: CallColumn, state: DeskState, may: Permissions): Control {
  switch (column) {
    case 'dialling':
      return ENABLED;
    case 'answered':
    case 'on_hold':
    case 'conference':
      return may.mayEndCall || state.isCallerGone ? ENABLED : no('why.may_not_end');
    case 'consulting':
      return state.isCallerGone ? ENABLED : no('why.end_consult_first');
    default:
      return HIDDEN;
  }
}

function details(column: CallColumn): Control {
  if (column === 'offered') return { cell: 'read' };
  return ['dialling', 'answered', 'on_hold', 'consulting', 'conference', 'wrap_up'].includes(column) ? ENABLED : HIDDEN;
}

function wrapUp(column: CallColumn): Control {
  if (column === 'wrap_up') return PRIMARY;
  return ['answered', 'on_hold', 'consulting', 'conference'].includes(column) ? ENABLED : HIDDEN;
}

function signOut(column: CallColumn): Control {
  if (column === 'idle' || column === 'available' || column === 'rona') return ENABLED;
  return column === 'signed_out' ? HIDDEN : no(column === 'wrap_up' ? 'why.wrap_up_first' : 'why.contact_first');
}

/** Without network only what needs no server goes on: muting here, and typing. */
function withoutNetwork(usual: Controls, device: Device | null): Controls {
  const lost = no('why.no_network');
  const changed = Object.entries(usual).map(([name, control]): [string, Control] => {
    if (control.cell === 'hidden') return [name, control];
    if (name === 'mute' && control.cell !== 'disabled' && device === 'browser') return [name, ENABLED];
    if ((name === 'details' && control.cell !== 'read') || name === 'wrap_up') return [name, { cell: 'kept' }];
    if (name === 'details') return [name, control];
    return [name, lost];
  });
  return Object.fromEntries(changed) as Controls;
}
