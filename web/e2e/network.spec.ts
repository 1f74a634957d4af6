// The network is gone for a while: by what the machine says, and by what comes no more.

import { ANN } from './centre.js';
import { TONES } from './desk.js';
import { expect, test } from './fixtures.js';

test.use({ settings: { hasCable: true } });

test('five seconds without network: the caller stays, and what was typed meanwhile is saved', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '90');
  await maria.answer();
  await maria.notes.fill('before');

  const cutAt = Date.now();
  centre.cable?.cut();
  await page.context().setOffline(true);
  await maria.hears();
  await expect(maria.text('lost.title')).toBeVisible();
  expect(Date.now() - cutAt).toBeGreaterThan(1_900);
  await expect(maria.button('hold.hold')).toHaveAttribute('aria-disabled', 'true');
  await maria.press('mute.on');
  await maria.press('mute.off');
  await maria.notes.fill('before, and after 切断中');
  await expect(maria.text('details.kept_here')).toBeVisible();
  await expect.poll(() => Date.now() - cutAt).toBeGreaterThan(5_000);
  centre.cable?.mend();
  await page.context().setOffline(false);

  await expect(maria.text('lost.title')).toBeHidden({ timeout: 15_000 });
  await maria.hears(TONES.caller);
  expect(caller.isThere).toBe(true);
  await expect(maria.button('hold.hold')).not.toHaveAttribute('aria-disabled');
  const draft = () => page.evaluate(async () => ((await (await fetch('/api/v1/desk')).json()) as { contact: { drafts: [string, string][] } }).contact.drafts);
  await expect.poll(draft, { timeout: 10_000 }).toEqual([['notes', 'before, and after 切断中']]);
  const talked = Date.now() + 700;
  await page.waitForTimeout(1_400);
  await maria.press('end');
  await caller.ended();
  expect(caller.bestShareOf(TONES.maria, talked)).toBeGreaterThan(0.9);
  await maria.finish();
});
