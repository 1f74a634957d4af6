// What was typed and not saved: kept in this browser with each keystroke, by contact. Secure
// variables never come here.
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

export type Values = Record<string, string>;

export interface Draft {
  contact: string;
  values: Values;
  /** When it was typed, by this machine's clock. */
  typedMs: number;
  /** Whether the server has these very values. */
  isSent: boolean;
}

interface Schema extends DBSchema {
  drafts: { key: string; value: Draft };
}

/** Drafts of contacts that nobody came back to. */
const KEPT_MS = 7 * 24 * 60 * 60 * 1000;

let database: Promise<IDBPDatabase<Schema>> | null = null;

function open(): Promise<IDBPDatabase<Schema>> {
  database ??= openDB<Schema>('trunkline', 1, {
    upgrade: (db) => {
      db.createObjectStore('drafts', { keyPath: 'contact' });
    },
  });
  return database;
}

/** Keeps what was typed; an empty set of values is forgotten. */
export async function keepDraft(draft: Draft): Promise<void> {
  const db = await open();
  if (Object.keys(draft.values).length === 0) await db.delete('drafts', draft.contact);
  else await db.put('drafts', draft);
}

export async function readDraft(contact: string): Promise<Draft | null> {
  return (await (await open()).get('drafts', contact)) ?? null;
}

export async function forgetDraft(contact: string): Promise<void> {
  await (await open()).delete('drafts', contact);
}

/** Everything of this browser; when somebody signs out by hand. */
export async function clearDrafts(): Promise<void> {
  await (await open()).clear('drafts');
}

/** Drafts of other contacts that the server does not have, the newest first; old ones are dropped. */
export async function leftDrafts(current: string | null, nowMs: number): Promise<Draft[]> {
  const db = await open();
  const all = await db.getAll('drafts');
  for (const draft of all) {
    if (nowMs - draft.typedMs > KEPT_MS || (draft.isSent && draft.contact !== current)) await db.delete('drafts', draft.contact);
  }
  return all
    .filter((draft) => draft.contact !== current && !draft.isSent && nowMs - draft.typedMs <= KEPT_MS)
    .sort((a, b) => b.typedMs - a.typedMs);
}
