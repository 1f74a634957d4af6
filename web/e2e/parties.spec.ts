// More than two on a call: consult, swap, conference, transfers; each party is known by its tone.

import { ANN } from './centre.js';
import { RING_MS, TONES, type Desk } from './desk.js';
import { expect, test } from './fixtures.js';
import { AGENTS, NUMBERS } from './place.js';

const TALKS = ['--tone', `${TONES.caller}`, '--after', '180'];

test.describe.configure({ timeout: 150_000 });

/** Waits a moment of audio, and says when its middle was. */
async function moment(desk: Desk): Promise<number> {
  const at = Date.now() + 700;
  await desk.page.waitForTimeout(1_400);
  return at;
}

test('consult, swap, conference in which all hear each other, drop one, and go on', async ({ centre, desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();

  await maria.press('consult');
  await maria.pick(AGENTS.lena);
  await expect(maria.button('conference')).toHaveAttribute('aria-disabled', 'true');
  await lena.button('offer.answer').click({ timeout: RING_MS });
  await maria.expectState('consulting');
  await maria.hears(TONES.lena);
  await lena.hears(TONES.maria);
  const consulted = await moment(maria);

  await maria.press('consult.swap');
  await maria.hears(TONES.caller);
  await lena.hears();
  const swapped = await moment(maria);

  await maria.press('conference');
  await maria.expectState('conference');
  await maria.hears(TONES.caller, TONES.lena);
  await lena.hears(TONES.caller, TONES.maria);
  const together = await moment(maria);
  await expect(maria.page.getByRole('list', { name: maria.word('conference.parties') }).getByRole('listitem')).toHaveCount(2);

  await maria.press('conference.drop_who', { name: AGENTS.lena });
  await maria.hears(TONES.caller);
  await maria.expectState('answered');
  const alone = await moment(maria);
  await caller.hangUp();
  await caller.ended();

  // What the caller heard meanwhile: music, one agent, both, one agent.
  expect(caller.shareOf(TONES.maria, consulted)).toBeLessThan(0.1);
  expect(caller.shareOf(TONES.lena, consulted)).toBeLessThan(0.1);
  expect(caller.bestShareOf(TONES.maria, swapped)).toBeGreaterThan(0.9);
  expect(caller.shareOf(TONES.maria, together)).toBeGreaterThan(0.25);
  expect(caller.shareOf(TONES.lena, together)).toBeGreaterThan(0.25);
  expect(caller.bestShareOf(TONES.maria, alone)).toBeGreaterThan(0.9);
  await maria.finish();
});

test('a consult ends in a transfer: the other agent has the caller', async ({ centre, desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  await maria.press('consult');
  await maria.pick(AGENTS.lena);
  await lena.button('offer.answer').click({ timeout: RING_MS });
  await lena.hears(TONES.maria);
  await maria.press('transfer.complete');
  await maria.finish();
  await lena.hears(TONES.caller);
  const talked = await moment(lena);
  await lena.press('end');
  await caller.ended();
  expect(caller.bestShareOf(TONES.lena, talked)).toBeGreaterThan(0.9);
  await lena.finish();
});

/** Consults, and confers. */
async function confer(one: Desk, other: Desk): Promise<void> {
  await one.press('consult');
  await one.pick(AGENTS[other.name]);
  await other.button('offer.answer').click({ timeout: RING_MS });
  await one.hears(other.tone);
  await one.press('conference');
  await one.hears(TONES.caller, other.tone);
}

test('a conference is left: by stepping out, handing over, leaving, and ending it for everyone', async ({ centre, desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  await confer(maria, lena);
  await maria.press('hold.step_out');
  await lena.hears(TONES.caller);
  await maria.press('hold.resume');
  await lena.hears(TONES.caller, TONES.maria);
  await maria.press('transfer.hand_over');
  await maria.finish();
  await lena.hears(TONES.caller);

  await confer(lena, maria);
  await lena.press('end.leave');
  await lena.press('end.leave_only');
  await lena.finish();
  await maria.hears(TONES.caller);

  await confer(maria, lena);
  await maria.press('end.leave');
  await maria.press('end.for_all');
  await caller.ended();
  await maria.finish();
  await lena.finish();
});

test('a consult is ended, then the caller is transferred to a queue at once', async ({ centre, desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  await maria.press('consult');
  await maria.pick(AGENTS.lena);
  await lena.button('offer.answer').click({ timeout: RING_MS });
  await maria.hears(TONES.lena);
  await maria.press('consult.end');
  await maria.hears(TONES.caller);
  await lena.expectState('available');

  await maria.press('transfer');
  await maria.pick('Billing');
  await maria.finish();
  await maria.expectState('available');
  await lena.answer();
  expect(caller.isThere).toBe(true);
  await caller.hangUp();
  await lena.finish();
});

test('mute, and keys that the caller hears', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  await maria.press('mute.on');
  await expect(maria.button('mute.off')).toHaveAttribute('aria-pressed', 'true');
  const muted = await moment(maria);
  await maria.press('mute.off');
  const open = await moment(maria);

  await maria.press('keypad');
  const keypad = maria.page.getByRole('dialog', { name: maria.word('keypad') });
  for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#']) await keypad.getByRole('button', { name: key, exact: true }).click();
  await maria.page.keyboard.type('42');
  await expect(keypad.getByRole('status', { name: maria.word('keypad.sent') })).toHaveText('123456789*0#42');
  await expect.poll(() => caller.keys, { timeout: 20_000 }).toBe('123456789*0#42');
  await maria.page.keyboard.press('Escape');
  await maria.press('end');
  await caller.ended();
  expect(caller.levelAt(muted)).toBeLessThan(-60);
  expect(caller.bestShareOf(TONES.maria, open)).toBeGreaterThan(0.9);
  await maria.finish();
});

test('a call out: the number answers, both hear each other', async ({ desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  await maria.signIn();
  await maria.takeSeat();
  await maria.press('outdial');
  const dialog = maria.page.getByRole('dialog', { name: maria.word('outdial.title') });
  await dialog.getByLabel(maria.word('outdial.number')).fill('bakery');
  await maria.press('outdial.call');
  await expect(maria.text('outdial.wrong')).toBeVisible();
  // Billing's number: the call goes out and comes in again.
  await dialog.getByLabel(maria.word('outdial.number')).fill(NUMBERS.billing);
  await maria.press('outdial.call');
  await lena.answer(TONES.maria);
  await maria.hears(TONES.lena);
  await maria.press('end');
  await maria.finish();
  await lena.finish();
});
