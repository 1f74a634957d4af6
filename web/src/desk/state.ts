// What the desktop shows, as one word: the columns of the table of states and controls.
import type { ContactView, DeskView, Party } from '../api/types';
import type { Line } from '../live/socket';

export type Column =
  | 'signed_out'
  | 'idle'
  | 'available'
  | 'offered'
  | 'dialling'
  | 'answered'
  | 'on_hold'
  | 'consulting'
  | 'conference'
  | 'wrap_up'
  | 'rona'
  | 'lost'
  | 'elsewhere';

/** A column that says what goes on, whatever the network does. */
export type CallColumn = Exclude<Column, 'lost' | 'elsewhere'>;

/** How the desktop stands, as far as controls depend on it. */
export interface DeskState {
  column: Column;
  /** While the network is lost: what was going on. */
  under: CallColumn;
  /** Whether the one who is consulted has answered. */
  isConsultAnswered: boolean;
  /** Parties of a conference, with this agent. */
  partyCount: number;
  isCallerGone: boolean;
  isRecorded: boolean;
  isRecordingPaused: boolean;
}

export function callColumn(view: DeskView): CallColumn {
  const { kind } = view.state;
  switch (kind) {
    case 'signed_out':
    case 'idle':
    case 'available':
    case 'offered':
    case 'wrap_up':
    case 'rona':
      return kind;
    case 'engaged':
      return view.contact ? phaseColumn(view.contact) : 'dialling';
  }
}

function phaseColumn(contact: ContactView): CallColumn {
  switch (contact.phase) {
    case 'offered':
      return 'offered';
    case 'dialling':
      return 'dialling';
    case 'talking':
      return 'answered';
    case 'on_hold':
      return 'on_hold';
    case 'consulting':
      return 'consulting';
    case 'conference':
      return 'conference';
    case 'wrap_up':
      return 'wrap_up';
  }
}

/** Those who are still there. */
export function present(contact: ContactView): Party[] {
  return contact.parties.filter((party) => party.state !== 'gone');
}

export function deskState(view: DeskView, line: Line, isElsewhere: boolean): DeskState {
  const under = callColumn(view);
  const contact = view.contact;
  return {
    column: isElsewhere ? 'elsewhere' : line === 'open' ? under : 'lost',
    under,
    isConsultAnswered: contact?.consult?.party.state === 'talking' || contact?.consult?.party.state === 'on_hold',
    partyCount: contact ? present(contact).length + 1 : 1,
    isCallerGone: contact?.is_caller_gone ?? false,
    isRecorded: typeof contact?.is_recording_paused === 'boolean',
    isRecordingPaused: contact?.is_recording_paused === true,
  };
}

/** Whether an agent is with somebody, so that a state is chosen for afterwards. */
export function isBusy(column: Column): boolean {
  return ['dialling', 'answered', 'on_hold', 'consulting', 'conference', 'wrap_up'].includes(column);
}

/** The other side's number: who calls, or who is called. */
export function numberOf(contact: Pick<ContactView, 'direction' | 'ani' | 'dnis'>): string {
  return contact.direction === 'outdial' ? contact.dnis : contact.ani;
}
