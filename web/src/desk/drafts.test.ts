import 'fake-indexeddb/auto';

import { beforeEach, describe, expect, it } from 'vitest';

import { clearDrafts, forgetDraft, keepDraft, leftDrafts, readDraft } from './drafts';

const draft = (contact: string, values: Record<string, string>, isSent = false, typedMs = 1_000) => ({ contact, values, isSent, typedMs });

describe('drafts', () => {
  beforeEach(clearDrafts);

  it('keep the newest text of a contact, to the letter', async () => {
    await keepDraft(draft('c1', { notes: 'Char' }));
    await keepDraft(draft('c1', { notes: '10月分が二重に請求されている。' }));
    expect((await readDraft('c1'))?.values).toEqual({ notes: '10月分が二重に請求されている。' });
  });

  it('are gone when they were saved, or hold nothing', async () => {
    await keepDraft(draft('c1', { notes: 'a' }));
    await forgetDraft('c1');
    expect(await readDraft('c1')).toBeNull();
    await keepDraft(draft('c2', { notes: 'a' }));
    await keepDraft(draft('c2', {}));
    expect(await readDraft('c2')).toBeNull();
  });

  it('name what the server never got, of other contacts than the one here', async () => {
    await keepDraft(draft('now', { notes: 'a' }));
    await keepDraft(draft('sent', { notes: 'b' }, true));
    await keepDraft(draft('left', { notes: 'c' }));
    expect((await leftDrafts('now', 2_000)).map((one) => one.contact)).toEqual(['left']);
    expect(await readDraft('sent')).toBeNull();
    expect(await readDraft('now')).not.toBeNull();
  });

  it('are dropped after a week', async () => {
    await keepDraft(draft('old', { notes: 'c' }));
    expect(await leftDrafts(null, 8 * 24 * 60 * 60 * 1000)).toEqual([]);
    expect(await readDraft('old')).toBeNull();
  });
});
