// A network that is gone for a minute: the caller waits at their old place, and nothing typed is lost; nor
// is what was typed for a call that is over when the network is back.

import { ANN } from './centre.js';
import { TONES } from './desk.js';
import { expect, test } from './fixtures.js';

const WRAP_UP_S = 8;

test.use({ settings: { hasCable: true, wrapUpS: WRAP_UP_S } });
test.describe.configure({ timeout: 240_000 });

test('a minute without network, and without a word of it: the caller waits, the text is there', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  await maria.goAvailable();
  const caller = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '200');
  await maria.answer();
  await maria.notes.fill('typed before');
  const cutAt = Date.now();
  centre.cable?.cut();
  await expect(maria.text('lost.title')).toBeVisible({ timeout: 15_000 });
  await maria.notes.fill('typed without network');
  await expect.poll(() => Date.now() - cutAt, { timeout: 70_000, intervals: [1_000] }).toBeGreaterThan(60_000);
  expect(caller.isThere).toBe(true);
  centre.cable?.mend();

  await expect(maria.text('lost.title')).toBeHidden({ timeout: 20_000 });
  await maria.expectState('idle');
  await expect(maria.text('idle.lost_connection')).toBeVisible();
  await expect(maria.page.getByRole('group', { name: maria.word('left.title') })).toContainText('typed without network');
  await maria.press('ready.go');
  await maria.answer();
  await expect(maria.notes).toHaveValue('typed without network');

  centre.cable?.cut();
  await maria.notes.fill('typed too late');
  await caller.hangUp();
  // Until the conversation and its wrap-up are over at the server.
  await maria.page.waitForTimeout((WRAP_UP_S + 6) * 1_000);
  centre.cable?.mend();
  const left = maria.page.getByRole('group', { name: maria.word('left.title') });
  await expect(left).toContainText('typed too late', { timeout: 20_000 });
  await maria.press('left.discard');
  await expect(left).toBeHidden();
  await maria.page.reload();
  await maria.pill.waitFor();
  await expect(left).toBeHidden();
});
