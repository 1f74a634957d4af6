// The data dip in a real browser: a SIP caller, an agent's page, the note on the Case.

import { ANN } from './centre.js';
import { TONES } from './desk.js';
import { expect, test } from './fixtures.js';
import { NUMBERS } from './place.js';

const NOTE = 'Charged twice in October. 請求書4411を確認、返金は11月25日。"Quote" & <tag>';
const TALKS = ['--tone', `${TONES.caller}`, '--after', '90'];

test('a call rings, the record opens, both hear each other, and the note reaches the Case', async ({ centre, desks }) => {
  const before = await centre.comments();
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.dial(NUMBERS.dataDip, ANN, ...TALKS);
  await maria.button('offer.answer').waitFor({ timeout: 40_000 });
  // The first three of the flow's pop-over variables.
  const offer = page.getByRole('region', { name: 'Ann Novak' });
  await expect(offer.getByRole('definition')).toHaveText(['Ann Novak', 'Novak Cycles', '00001002', /^0:\d\d$/]);

  const popped = page.context().waitForEvent('page');
  await maria.answer();
  await expect.poll(async () => (await popped).url()).toContain('/lightning/r/Case/5005g00000HbCs2AAF/');

  await maria.press('hold.hold');
  await maria.expectState('on_hold');
  await maria.hears();
  const held = Date.now() + 1_500;
  await expect.poll(() => Date.now()).toBeGreaterThan(held + 700);
  await maria.press('hold.resume');
  await maria.hears(TONES.caller);
  const talked = Date.now() + 1_000;

  await maria.notes.fill(NOTE);
  await maria.press('details.save');
  await expect.poll(() => Date.now()).toBeGreaterThan(talked + 700);
  await maria.press('end');
  await caller.ended();
  expect(caller.bestShareOf(maria.tone, talked)).toBeGreaterThan(0.9);
  expect(caller.shareOf(maria.tone, held)).toBeLessThan(0.1);
  expect(caller.levelAt(held)).toBeGreaterThan(-50);

  await page.getByRole('radio', { name: 'Resolved' }).click();
  await maria.finish();
  await maria.expectState('available');
  await expect.poll(async () => (await centre.comments()).length, { timeout: 20_000 }).toBe(before.length + 1);
  expect((await centre.comments()).at(-1)).toContain(NOTE);
});

test.describe('with calls that are recorded', () => {
  test.use({ settings: { isRecorded: true } });

  test('the recording pauses by a button, stays so over a reload, and goes on', async ({ centre, desks }) => {
    const maria = await desks.open('maria');
    await maria.goAvailable();
    const caller = centre.call(ANN, ...TALKS);
    await maria.answer();
    await expect(maria.text('recording.on')).toBeVisible();
    await maria.press('recording.pause');
    await expect(maria.text('recording.paused')).toBeVisible();
    await maria.page.reload();
    await maria.button('recording.resume').waitFor();
    await expect(maria.text('recording.paused')).toBeVisible();
    await maria.hears(TONES.caller);
    await maria.press('recording.resume');
    await expect(maria.button('recording.pause')).toBeEnabled();
    await expect(maria.text('recording.on')).toBeVisible();
    await maria.press('end');
    await caller.ended();
    await maria.finish();
  });
});

test('a page that is reloaded in mid-call has the caller back, and the timer goes on', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  const began = Date.now();
  await expect.poll(() => Date.now()).toBeGreaterThan(began + 3_000);
  await page.reload();
  await maria.button('end').waitFor();
  const talk = page.locator('header', { has: page.getByRole('heading', { level: 1 }) }).getByText(/^0:\d\d$/).first();
  const [minutes = 0, seconds = 0] = (await talk.innerText()).split(':').map(Number);
  const shown = minutes * 60 + seconds;
  expect(Math.abs(shown - (Date.now() - began) / 1000)).toBeLessThan(3);
  await maria.hears(TONES.caller);
  expect(caller.isThere).toBe(true);
  await caller.hangUp();
  await maria.finish();
});
