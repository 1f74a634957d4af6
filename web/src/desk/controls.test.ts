import { describe, expect, it } from 'vitest';

import { controls, type Cell, type ControlName, type Permissions } from './controls';
import type { CallColumn, DeskState } from './state';

const ALL: Permissions = { mayEndCall: true, mayPauseRecording: true, mayOutdial: true, maxParties: 4, isDeviceReady: true };
const COLUMNS: CallColumn[] = ['idle', 'available', 'offered', 'answered', 'on_hold', 'consulting', 'conference', 'wrap_up', 'rona'];

/** The design's table, a line for each control: P primary, o enabled, n next, w now, r read, - disabled, . hidden. */
const TABLE: Record<ControlName, string> = {
  available: 'P w - n n n n n P',
  idle: 'o o - n n n n n o',
  answer: '. . P . . . . . .',
  decline: '. . o . . . . . .',
  outdial: 'o o - - - - - - -',
  mute: '. . . o - o o . .',
  hold: '. . . o P - o . .',
  keypad: '. . . o - o o . .',
  consult: '. . . o o - o . .',
  transfer: '. . . o o P o . .',
  conference: '. . . - - o . . .',
  swap: '. . . . . o . . .',
  end_consult: '. . . . . o . . .',
  recording: '. . . o o o o . .',
  end: '. . . o o - o . .',
  details: '. . r o o o o o .',
  wrap_up: '. . . o o o o P .',
  sign_out: 'o o - - - - - - o',
};
const CELLS: Record<string, Cell> = { P: 'primary', o: 'enabled', n: 'next', w: 'now', r: 'read', k: 'kept', '-': 'disabled', '.': 'hidden' };

function state(column: CallColumn, change: Partial<DeskState> = {}): DeskState {
  return {
    column,
    under: column,
    isConsultAnswered: true,
    partyCount: column === 'conference' ? 3 : 2,
    isCallerGone: false,
    isRecorded: true,
    isRecordingPaused: false,
    ...change,
  };
}

const cellOf = (symbol: string | undefined) => CELLS[symbol ?? ''];

describe('controls', () => {
  for (const [name, row] of Object.entries(TABLE) as [ControlName, string][]) {
    const symbols = row.split(' ');
    COLUMNS.forEach((column, at) => {
      it(`${name} while ${column} is ${cellOf(symbols[at])}`, () => {
        expect(controls(state(column), 'browser', ALL)[name].cell).toBe(cellOf(symbols[at]));
      });
    });

    it(`${name} while the network is lost`, () => {
      COLUMNS.forEach((column, at) => {
        const usual = cellOf(symbols[at]);
        const lost = controls(state(column, { column: 'lost' }), 'browser', ALL)[name].cell;
        if (usual === 'hidden') expect(lost).toBe('hidden');
        else if (name === 'mute') expect(lost).toBe(usual === 'disabled' ? 'disabled' : 'enabled');
        else if (name === 'details') expect(lost).toBe(usual === 'read' ? 'read' : 'kept');
        else if (name === 'wrap_up') expect(lost).toBe('kept');
        else expect(lost).toBe('disabled');
      });
    });

    it(`${name} while in use elsewhere is hidden`, () => {
      expect(controls(state('answered', { column: 'elsewhere' }), 'browser', ALL)[name].cell).toBe('hidden');
    });
  }

  it('gives a reason with everything that is disabled', () => {
    const devices = ['browser', 'sip_phone'] as const;
    for (const column of [...COLUMNS, 'dialling' as const]) {
      for (const device of devices) {
        const nothingAllowed: Permissions = { mayEndCall: false, mayPauseRecording: false, mayOutdial: true, maxParties: 3, isDeviceReady: false };
        for (const may of [ALL, nothingAllowed]) {
          for (const change of [{}, { column: 'lost' as const }, { isConsultAnswered: false }, { isCallerGone: true }]) {
            for (const [name, control] of Object.entries(controls(state(column, change), device, may))) {
              if (control.cell === 'disabled') expect(control.reason, `${name} while ${column}`).toBeTruthy();
            }
          }
        }
      }
    }
  });

  it('has one filled button at the most', () => {
    for (const column of COLUMNS) {
      const filled = Object.values(controls(state(column), 'browser', ALL)).filter((control) => control.cell === 'primary');
      expect(filled.length, column).toBeLessThanOrEqual(1);
    }
  });

  it('lets a consult be joined or handed over only once it was answered', () => {
    const ringing = controls(state('consulting', { isConsultAnswered: false }), 'browser', ALL);
    expect([ringing.transfer.cell, ringing.conference.cell, ringing.swap.cell]).toEqual(['disabled', 'disabled', 'disabled']);
    expect(ringing.end_consult.cell).toBe('enabled');
  });

  it('asks nobody else into a full conference', () => {
    expect(controls(state('conference'), 'browser', { ...ALL, maxParties: 3 }).consult.reason).toBe('why.conference_full');
  });

  it('mutes a SIP phone at the server, and so only while that is there', () => {
    expect(controls(state('answered'), 'sip_phone', ALL).mute.cell).toBe('enabled');
    expect(controls(state('answered', { column: 'lost' }), 'sip_phone', ALL).mute.cell).toBe('disabled');
  });

  it('lets nobody be Available before microphone and sound were tried', () => {
    const may = { ...ALL, isDeviceReady: false };
    expect(controls(state('idle'), 'browser', may).available.reason).toBe('why.device_not_checked');
    expect(controls(state('rona'), 'browser', may).available.cell).toBe('disabled');
  });

  it('keeps to what the tenant allows', () => {
    const may = { ...ALL, mayEndCall: false, mayPauseRecording: false, mayOutdial: false };
    expect(controls(state('answered'), 'browser', may).end.reason).toBe('why.may_not_end');
    expect(controls(state('answered', { isCallerGone: true }), 'browser', may).end.cell).toBe('enabled');
    expect(controls(state('answered'), 'browser', may).recording.reason).toBe('why.may_not_pause');
    expect(controls(state('idle'), 'browser', may).outdial.cell).toBe('hidden');
  });
});
