// Several tabs, several browsers, a browser that blocks pages, a session that ends: nothing is lost.

import type { BrowserContext } from '@playwright/test';

import { ANN } from './centre.js';
import { Desk, TONES } from './desk.js';
import { equip } from './ear.js';
import { expect, test } from './fixtures.js';
import { NUMBERS } from './place.js';

const TALKS = ['--tone', `${TONES.caller}`, '--after', '180'];

test.describe.configure({ timeout: 120_000 });

test('two tabs: one has the audio, it moves by a click, and comes back when its tab is gone', async ({ centre, desks }) => {
  const first = await desks.open('maria');
  await first.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await first.answer();
  await expect(first.text('audio.this_tab')).toBeVisible();

  const page = await first.page.context().newPage();
  await equip(page, TONES.maria);
  await page.goto(`${centre.url}/agent`);
  const second = new Desk(page, 'maria', centre);
  await expect(second.text('audio.other_tab')).toBeVisible();
  await first.notes.fill('typed in the first tab');
  await expect(second.notes).toHaveValue('typed in the first tab');

  await second.press('audio.move_here');
  await second.hears(TONES.caller);
  await expect(first.text('audio.in_other_tab')).toBeVisible();
  await page.close();
  await expect(first.text('audio.nowhere_in_call')).toBeVisible({ timeout: 20_000 });
  expect(caller.isThere).toBe(true);
  await first.press('audio.move_here');
  await first.hears(TONES.caller);
  const talked = Date.now() + 700;
  await first.page.waitForTimeout(1_400);
  await first.press('end');
  await caller.ended();
  expect(caller.bestShareOf(TONES.maria, talked)).toBeGreaterThan(0.9);
  await first.finish();
});

test('who signs in elsewhere is asked which desktop to keep; the call comes along', async ({ centre, desks }) => {
  const [there, here] = [await desks.open('maria'), await desks.open('maria')];
  await there.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await there.answer();

  await here.signIn();
  await here.heading('elsewhere.title').waitFor();
  await expect(here.text('elsewhere.talking')).toBeVisible();
  await here.press('elsewhere.keep');
  await expect(here.text('elsewhere.kept')).toBeVisible();
  await there.hears(TONES.caller);

  await here.page.reload();
  await here.press('elsewhere.use');
  await here.hears(TONES.caller);
  await there.heading('elsewhere.title').waitFor();
  expect(caller.isThere).toBe(true);
  await here.press('end');
  await caller.ended();
  await here.finish();
});

test('a browser that blocks pages: the record opens by the button', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await page.addInitScript(() => {
    const open = window.open.bind(window);
    let isAllowed = false;
    document.addEventListener('click', (event) => {
      isAllowed = event.isTrusted && event.target instanceof Element && event.target.closest('header') !== null;
    }, { capture: true });
    window.open = (...words) => (isAllowed ? open(...words) : null);
  });
  await maria.goAvailable();
  const caller = centre.dial(NUMBERS.dataDip, ANN, ...TALKS);
  await maria.answer();
  await expect(maria.text('pop.blocked')).toBeVisible();
  const popped = page.context().waitForEvent('page');
  await maria.press('pop.open');
  await expect.poll(async () => (await popped).url()).toContain('/lightning/r/Case/5005g00000HbCs2AAF/');
  await page.bringToFront();
  await expect(maria.text('pop.blocked')).toBeHidden();
  await caller.hangUp();
  await maria.finish();
});

/** Ends the session at the server, as an administrator or another page would. */
async function endSession(context: BrowserContext, url: string): Promise<void> {
  const cookie = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const session = await fetch(`${url}/api/v1/session`, { headers: { cookie } });
  const { csrf } = (await session.json()) as { csrf: string };
  const ended = await fetch(`${url}/api/v1/session`, { method: 'DELETE', headers: { cookie, origin: url, 'x-trunkline-csrf': csrf } });
  expect(ended.status).toBeLessThan(300);
}

test('a session that ends while the agent types: what was typed is kept, then saved', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  await maria.notes.fill('Half a sent');
  await endSession(page.context(), centre.url);
  await maria.notes.pressSequentially('ence.');
  const dialog = page.getByRole('dialog', { name: maria.word('session.ended') });
  await expect(dialog).toBeVisible({ timeout: 15_000 });
  await expect(maria.notes).toHaveValue('Half a sentence.');
  expect(caller.isThere).toBe(true);
  await dialog.getByLabel(maria.word('signin.password'), { exact: true }).fill(centre.password('maria'));
  await dialog.getByRole('button', { name: maria.word('signin.submit'), exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(maria.notes).toHaveValue('Half a sentence.');
  await maria.hears(TONES.caller);
  await maria.press('details.save');
  await expect(maria.text('details.saved')).toBeVisible();
  await caller.hangUp();
  await maria.finish();
});

test('values that somebody saved meanwhile: both texts are shown, and one is chosen', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.answer();
  const saveElsewhere = (text: string) =>
    page.evaluate(async (notes) => {
      const { csrf } = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
      const { contact } = (await (await fetch('/api/v1/desk')).json()) as { contact: { id: string; variables_version: number } };
      const body = JSON.stringify({ version: contact.variables_version, values: [['notes', notes]], overwrite: false });
      const answer = await fetch(`/api/v1/desk/contacts/${contact.id}/variables`, { method: 'PUT', headers: { 'x-trunkline-csrf': csrf, 'content-type': 'application/json' }, body });
      return answer.status;
    }, text);
  const conflict = page.getByRole('group', { name: maria.word('stale.label') });

  await maria.notes.fill('Mine');
  expect(await saveElsewhere('Theirs')).toBeLessThan(300);
  await maria.press('details.save');
  await expect(conflict).toContainText('Theirs');
  await expect(maria.notes).toHaveValue('Mine');
  await maria.press('stale.mine');
  await maria.press('details.save');
  await expect(maria.text('details.saved')).toBeVisible();

  await maria.notes.fill('Mine again');
  expect(await saveElsewhere('Theirs again')).toBeLessThan(300);
  await maria.press('details.save');
  await expect(conflict).toContainText('Theirs again');
  await maria.press('stale.theirs');
  await expect(maria.notes).toHaveValue('Theirs again');
  await caller.hangUp();
  await maria.finish();
});
