import { describe, expect, it } from 'vitest';

import { fieldsOf, lampReports, type HeadsetFields } from './fields';
import { NO_CALL, Presses, type CallState } from './presses';

const hook = 0x0b0020;
const mute = 0x0b002f;
const padding = { isConstant: true, reportSize: 1, reportCount: 5 };
const flag = (usage: number, isAbsolute: boolean) => ({ isAbsolute, isConstant: false, isArray: false, isRange: false, usages: [usage], reportSize: 1, reportCount: 1 });

/** Three buttons in the second byte of report 8, and lamps in two reports. */
function collections(isAbsolute: boolean): HIDCollectionInfo[] {
  return [
    { usagePage: 0x0c, inputReports: [{ reportId: 1, items: [flag(0x0c00e9, true)] }] },
    {
      usagePage: 0x0b,
      inputReports: [
        { reportId: 8, items: [{ isArray: true, reportSize: 8, reportCount: 1, usages: [hook] }, flag(hook, isAbsolute), flag(mute, false), flag(0x0b0021, false), padding] },
      ],
      outputReports: [
        { reportId: 8, items: [{ ...flag(0, true), usages: [0x080009, 0x080017], reportCount: 2 }, { isConstant: true, reportSize: 8, reportCount: 1 }] },
        { reportId: 9, items: [padding, { ...flag(0, true), isRange: true, usageMinimum: 0x080016, usageMaximum: 0x080018, reportCount: 3 }] },
      ],
    },
  ];
}

const fields = (isAbsolute = true) => fieldsOf(collections(isAbsolute)) as HeadsetFields;
const ringing: CallState = { ...NO_CALL, isRinging: true };
const talking: CallState = { ...NO_CALL, isOffHook: true };

/** A headset of which the second byte says which buttons are down. */
class Played {
  private now = 0;
  readonly presses: Presses;
  constructor(isAbsolute = true) {
    this.presses = new Presses(fields(isAbsolute));
  }

  after(ms: number, bits: number): string[] {
    this.now += ms;
    return this.presses.take(8, new DataView(Uint8Array.of(0, bits).buffer), this.now);
  }
}

describe('what a headset has', () => {
  it('is found by usage, behind other items and in ranges', () => {
    const { buttons, lamps, lampBytes } = fields();
    expect(buttons.hook).toEqual({ reportId: 8, bit: 8, isAbsolute: true });
    expect(buttons.mute).toEqual({ reportId: 8, bit: 9, isAbsolute: false });
    expect(lamps.ring).toEqual({ reportId: 9, bit: 7, isAbsolute: true });
    expect([...lampBytes]).toEqual([[8, 2], [9, 1]]);
  });

  it('may be nothing that a call has', () => {
    expect(fieldsOf(collections(true).slice(0, 1))).toBeNull();
    expect(fieldsOf([])).toBeNull();
  });

  it('lights lamps report by report', () => {
    const lit = { mute: true, offHook: true, ring: false, hold: true };
    expect([...lampReports(fields(), lit)]).toEqual([[8, Uint8Array.of(3, 0)], [9, Uint8Array.of(0)]]);
    expect([...lampReports(fields(), { ...lit, mute: false, ring: true })]).toEqual([[8, Uint8Array.of(2, 0)], [9, Uint8Array.of(0x80)]]);
  });
});

describe('presses', () => {
  it('answer and end, and an echo is none', () => {
    const played = new Played();
    played.presses.tell(ringing);
    expect(played.after(1000, 1)).toEqual(['answer']);
    played.presses.tell(talking);
    expect(played.after(1000, 1)).toEqual([]);
    expect(played.after(1000, 0)).toEqual(['end']);
    played.presses.tell(NO_CALL);
    expect(played.after(1000, 1)).toEqual([]);
  });

  it('are none when a call was answered or ended on the page', () => {
    const played = new Played();
    played.presses.tell(talking);
    expect(played.after(50, 1)).toEqual([]);
    played.presses.tell(NO_CALL);
    expect(played.after(5000, 0)).toEqual([]);
  });

  it('of a button that springs back count once, whatever it says of itself', () => {
    for (const isAbsolute of [true, false]) {
      const played = new Played(isAbsolute);
      played.presses.tell(ringing);
      expect(played.after(1000, 1)).toEqual(['answer']);
      played.presses.tell(talking);
      expect(played.after(200, 0)).toEqual([]);
      expect(played.after(9000, 1)).toEqual(['end']);
    }
  });

  it('of mute and flash are one each, held or not', () => {
    const played = new Played();
    played.presses.tell(talking);
    expect(played.after(1000, 1)).toEqual([]);
    expect(played.after(1000, 1 | 2)).toEqual(['mute']);
    expect(played.after(3000, 1)).toEqual([]);
    expect(played.after(1000, 1 | 4)).toEqual(['hold']);
    expect(played.after(10, 1 | 4 | 2)).toEqual(['mute']);
  });

  it('come of no other report, and of none that is cut short', () => {
    const { presses } = new Played();
    presses.tell(ringing);
    expect(presses.take(9, new DataView(Uint8Array.of(0, 255).buffer), 0)).toEqual([]);
    expect(presses.take(8, new DataView(new ArrayBuffer(0)), 0)).toEqual([]);
  });
});
