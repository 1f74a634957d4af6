import type { Code } from '../api/types';

const STORED = 'trunkline.codes';
const CHIPS = 6;

type Used = Record<string, string[]>;

function read(): Used {
  try {
    return JSON.parse(localStorage.getItem(STORED) ?? '{}') as Used;
  } catch {
    return {};
  }
}

/** The code that was taken last in this queue. */
export function lastCode(queue: string): string | null {
  return read()[queue]?.[0] ?? null;
}

export function rememberCode(queue: string, id: string): void {
  const used = read();
  used[queue] = [id, ...(used[queue] ?? []).filter((other) => other !== id)].slice(0, CHIPS);
  localStorage.setItem(STORED, JSON.stringify(used));
}

/** Codes to be shown at once, in the tenant's order, and those that are searched for. */
export function usualCodes(codes: Code[], queue: string, chosen: string | null): [Code[], Code[]] {
  if (codes.length <= CHIPS + 1) return [codes, []];
  const used = read()[queue] ?? [];
  const wanted = new Set([...(chosen ? [chosen] : []), ...used, ...codes.map((code) => code.id)]);
  const shown = new Set([...wanted].slice(0, CHIPS));
  return [codes.filter((code) => shown.has(code.id)), codes.filter((code) => !shown.has(code.id))];
}
