// The pages as they are with a real server, in a language of which every text can be told: none is left in English.

import { ANN } from './centre.js';
import { RING_MS, TONES } from './desk.js';
import { expect, test } from './fixtures.js';
import { Told } from './pseudo.js';

test.describe.configure({ timeout: 180_000 });

test('an agent finds no text that was not translated', async ({ centre, desks }) => {
  const maria = await desks.open('maria', { language: 'pseudo' });
  const { page } = maria;
  const told = new Told(page);
  const see = (state: string) => told.expectTranslated(page, state);
  const escape = async () => {
    await page.keyboard.press('Escape');
    await expect(page.getByRole('dialog').or(page.getByRole('menu'))).toHaveCount(0);
  };
  await page.goto(`${centre.url}/signin`);
  await page.getByLabel(maria.word('signin.name')).fill('maria');
  await page.getByLabel(maria.word('signin.password'), { exact: true }).fill('not this one');
  await maria.press('signin.submit');
  await expect(page.getByRole('alert').filter({ hasText: maria.word('signin.wrong') })).toBeVisible();
  await see('a wrong password');
  await maria.signIn();
  await maria.heading('desk_signin.title').waitFor();
  await see('team and device');
  await maria.press('desk_signin.submit');
  await maria.button('check.play_ring').waitFor();
  await see('device check');
  await maria.checkDevices();
  await maria.press('outdial');
  await maria.press('outdial.call');
  await see('a call out');
  await escape();
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: maria.word('palette') }).waitFor();
  await see('search');
  await escape();
  await page.keyboard.press('Control+Alt+Slash');
  await page.getByRole('dialog', { name: maria.word('shortcuts.title') }).waitFor();
  await see('keys');
  await escape();
  await page.getByRole('banner').getByRole('button').last().click();
  await page.getByRole('menu').waitFor();
  await see('menu');
  await escape();
  await maria.press('ready.go');
  await maria.expectState('available');
  await see('available');

  const caller = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '120');
  await maria.button('offer.answer').waitFor({ timeout: RING_MS });
  await see('offered');
  await maria.answer();
  await see('answered');
  await maria.pill.click();
  await page.getByRole('menu').waitFor();
  await see('states');
  await escape();
  for (const id of ['keypad', 'consult', 'transfer'] as const) {
    await maria.press(id);
    await page.getByRole('dialog').waitFor();
    await see(id);
    await escape();
  }
  await maria.press('hold.hold');
  await maria.expectState('on_hold');
  await maria.press('end');
  await page.getByRole('dialog').waitFor();
  await see('end while on hold');
  await maria.press('end.now');
  await caller.ended();
  await maria.button('wrap_up.done').waitFor();
  await see('wrap-up');
  await maria.finish();
  await see('after the call');

  for (const path of ['/agent/history', '/contacts', '/account', '/start', '/nowhere', '/contacts/01900000-0000-7000-8000-000000000000']) {
    await page.goto(`${centre.url}${path}`);
    await page.getByRole('heading').first().waitFor({ timeout: 15_000 });
    await page.waitForLoadState('networkidle');
    await see(path);
  }
  await page.goto(`${centre.url}/agent/history`);
  await page.getByRole('main').getByRole('link').first().click();
  for (const tab of ['tab.variables', 'tab.events', 'tab.raw', 'tab.trace']) {
    await page.getByRole('tab', { name: maria.word(tab) }).click();
    await expect(page.getByRole('tab', { name: maria.word(tab) })).toHaveAttribute('aria-selected', 'true');
    await page.waitForLoadState('networkidle');
    await see(tab);
  }
  await page.getByRole('main').locator('button[aria-expanded]').first().click();
  await see('a step');
});

test('an administrator finds no text that was not translated', async ({ centre, desks }) => {
  const page = await desks.page({ language: 'pseudo' });
  const told = new Told(page);
  await page.goto(`${centre.url}/signin`);
  await page.locator('input[name=username]').fill('ada');
  await page.locator('input[name=password]').fill(centre.password('ada'));
  await page.keyboard.press('Enter');
  await page.getByRole('banner').waitFor();
  for (const path of ['/', '/start/salesforce', '/start/flow', '/start/queue', '/start/done', '/contacts', '/account', '/agent', '/try']) {
    await page.goto(`${centre.url}${path}`);
    await page.getByRole('heading').first().waitFor({ timeout: 15_000 });
    await page.waitForLoadState('networkidle');
    await told.expectTranslated(page, path);
  }
});
