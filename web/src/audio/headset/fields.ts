// Where a headset keeps its buttons and lamps: fields of HID reports (HID 1.11, 6.2.2; HID Usage
// Tables 1.5, pages 0x08 "LED" and 0x0B "Telephony Device").

export const TELEPHONY_PAGE = 0x0b;

/** Buttons, and the usages that headsets have for them. */
export const BUTTONS = { hook: 0x0b0020, flash: 0x0b0021, hold: 0x0b0023, drop: 0x0b0026, mute: 0x0b002f } as const;
/** Lamps that tell a headset how the call stands. */
export const LAMPS = { mute: 0x080009, offHook: 0x080017, ring: 0x080018, hold: 0x080020 } as const;

export type Button = keyof typeof BUTTONS;
export type Lamp = keyof typeof LAMPS;

/** One bit of a report. */
export interface Field {
  reportId: number;
  bit: number;
  /** The bit is the state of the button. Otherwise each 1 is one press. */
  isAbsolute: boolean;
}

export interface HeadsetFields {
  buttons: Partial<Record<Button, Field>>;
  lamps: Partial<Record<Lamp, Field>>;
  /** How long each report with lamps is, in bytes. */
  lampBytes: Map<number, number>;
}

/** Null for a device without a button that this page could use. */
export function fieldsOf(collections: readonly HIDCollectionInfo[]): HeadsetFields | null {
  const fields: HeadsetFields = { buttons: {}, lamps: {}, lampBytes: new Map() };
  for (const { inputReports, outputReports } of collections) {
    for (const report of inputReports ?? []) read(report, BUTTONS, fields.buttons);
    for (const report of outputReports ?? []) {
      const bits = read(report, LAMPS, fields.lamps);
      fields.lampBytes.set(report.reportId ?? 0, Math.ceil(bits / 8));
    }
  }
  return Object.keys(fields.buttons).length > 0 ? fields : null;
}

/** Adds what a report has of the usages; its length in bits. */
function read<Name extends string>(report: HIDReportInfo, usages: Record<Name, number>, found: Partial<Record<Name, Field>>): number {
  const names = Object.keys(usages) as Name[];
  let bit = 0;
  for (const item of report.items ?? []) {
    const { reportSize = 0, reportCount = 0, isConstant, isArray, isAbsolute = true } = item;
    const isFlags = !isConstant && !isArray && reportSize === 1;
    for (let at = 0; isFlags && at < reportCount; at += 1) {
      const usage = usageAt(item, at);
      const name = names.find((one) => usages[one] === usage && !(one in found));
      if (name) found[name] = { reportId: report.reportId ?? 0, bit: bit + at, isAbsolute };
    }
    bit += reportSize * reportCount;
  }
  return bit;
}

function usageAt(item: HIDReportItem, at: number): number | undefined {
  if (item.isRange) return (item.usageMinimum ?? 0) + at;
  return item.usages?.[Math.min(at, item.usages.length - 1)];
}

/** A report that is shorter than its description has zeros at its end. */
export function isSet(data: DataView, { bit }: Field): boolean {
  const byte = bit >> 3;
  return byte < data.byteLength && ((data.getUint8(byte) >> (bit & 7)) & 1) === 1;
}

/** The reports that light these lamps, by their ids. */
export function lampReports(fields: HeadsetFields, lit: Record<Lamp, boolean>): Map<number, Uint8Array<ArrayBuffer>> {
  const reports = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const [name, field] of Object.entries(fields.lamps) as [Lamp, Field][]) {
    const bytes = reports.get(field.reportId) ?? new Uint8Array(fields.lampBytes.get(field.reportId) ?? 1);
    if (lit[name]) bytes[field.bit >> 3] = (bytes[field.bit >> 3] ?? 0) | (1 << (field.bit & 7));
    reports.set(field.reportId, bytes);
  }
  return reports;
}
