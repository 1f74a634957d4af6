// The pages around calls: an account, menus, what was, and the controls on them.

import type { Page } from '@playwright/test';

import { ANN } from './centre.js';
import { Desk, RING_MS, TONES } from './desk.js';
import { expect, test } from './fixtures.js';

test.describe.configure({ timeout: 180_000 });

test('my account: sounds, keys, password', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.signIn('/account');
  await maria.heading('account.sound').waitFor();
  const main = page.getByRole('main');
  for (const tone of ['ring', 'auto_answer', 'caller_ended', 'hold_long', 'wrap_up_soon', 'lost']) await main.getByRole('button', { name: maria.word(`tone.${tone}`), exact: true }).click();
  const allow = maria.button('audio.allow');
  if (await allow.isVisible()) await allow.click();

  const change = (keys: string) => maria.button('shortcuts.change', { action: 'Mute or unmute', keys });
  await change('Ctrl+Alt+M').click();
  await page.keyboard.press('Control+Alt+KeyA');
  await expect(maria.text('shortcuts.taken')).toBeVisible();
  await page.keyboard.press('Control+Alt+KeyJ');
  await expect(change('Ctrl+Alt+J')).toBeVisible();
  await maria.button('shortcuts.reset_what').click();
  await expect(change('Ctrl+Alt+M')).toBeVisible();

  const field = (id: string) => page.getByLabel(maria.word(id), { exact: true });
  await field('password.old').fill('not this one');
  await field('password.new').fill('a-longer-one-2026');
  await field('password.again').fill('a-longer-one-2026');
  await main.getByRole('button', { name: maria.word('password.change'), exact: true }).click();
  await expect(maria.text('password.old_wrong')).toBeVisible();
  await field('password.old').fill(centre.password('maria'));
  await main.getByRole('button', { name: maria.word('password.change'), exact: true }).click();
  await expect(maria.text('password.changed')).toBeVisible();
  await page.getByRole('region', { name: maria.word('toast.region') }).getByRole('button').first().click();
});

test('menus: pages, search, shortcuts, language, theme, next state, leaving', async ({ desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.signIn();
  await maria.takeSeat();
  const rail = page.getByRole('navigation');
  for (const id of ['page.history', 'page.account', 'page.desk']) await rail.getByRole('link', { name: maria.word(id), exact: true }).click();
  await page.getByRole('link', { name: maria.word('skip') }).focus();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('main')).toBeFocused();

  const menu = async (item: string | RegExp) => {
    await page.getByRole('banner').getByRole('button').last().click();
    await page.getByRole('menuitem', { name: item }).click();
    await expect(page.getByRole('menu')).toBeHidden();
  };
  for (const id of ['page.history', 'page.account', 'page.desk']) await menu(maria.word(id));
  const find = async (search: string, found: string | RegExp) => {
    await page.getByRole('textbox', { name: maria.word('palette') }).fill(search);
    await page.getByRole('dialog').getByRole('button', { name: found, exact: true }).click();
    await expect(page.getByRole('dialog')).toBeHidden();
  };
  for (const id of ['page.history', 'page.account', 'page.desk', 'state.available']) {
    await page.keyboard.press('Control+k');
    await find(String(maria.word(id)), maria.word(id));
  }
  await maria.expectState('available');
  await page.keyboard.press('Control+k');
  await page.getByRole('textbox', { name: maria.word('palette') }).fill('keyboard');
  await page.getByRole('dialog').getByRole('button', { name: maria.word('shortcuts.title') }).click();
  await page.getByRole('dialog', { name: maria.word('shortcuts.title') }).getByRole('button').click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await menu(maria.word('palette'));
  await find('lunch', 'Idle, Lunch');
  await expect(maria.pill).toContainText('Lunch');
  await menu(maria.word('shortcuts.title'));
  await page.getByRole('dialog', { name: maria.word('shortcuts.title') }).getByRole('button').click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await menu(maria.word('menu.dark'));
  await menu(maria.word('menu.light'));
  await menu(maria.word('menu.other_language'));
  await expect(page.getByRole('button', { name: '受付可にする' }).or(page.locator('html[lang=ja]')).first()).toBeVisible();
  await menu('English');

  await maria.pill.click();
  await page.getByRole('menuitem', { name: maria.word('state.available') }).click();
  await maria.expectState('available');
  await maria.pill.click();
  await page.getByRole('menuitem', { name: 'Break' }).click();
  await maria.expectState('idle');
  await maria.press('outdial');
  await maria.press('cancel');
  await expect(page.getByRole('dialog')).toBeHidden();
  await menu(maria.word('menu.leave_desk'));
  await maria.heading('desk_signin.title').waitFor();
});

test('a language that is picked at sign-in becomes the person’s own', async ({ centre, desks }) => {
  const here = await desks.open('maria');
  const inJapanese = new Desk(here.page, 'maria', centre, 'ja');
  await here.page.goto(`${centre.url}/signin`);
  await here.page.getByText('日本語', { exact: true }).click();
  await inJapanese.fillSignIn();
  await inJapanese.heading('desk_signin.title').waitFor();
  await here.page.reload();
  await inJapanese.heading('desk_signin.title').waitFor();

  const there = await desks.open('maria');
  await there.page.goto(`${centre.url}/signin`);
  const password = there.page.getByLabel(there.word('signin.password'), { exact: true });
  await password.fill('seen by me');
  await there.press('signin.show_password');
  await expect(password).toHaveAttribute('type', 'text');
  await there.fillSignIn();
  await expect(there.page.locator('html')).toHaveAttribute('lang', 'ja');
});

/** What the clipboard holds. */
const copied = (page: Page) => page.evaluate(() => navigator.clipboard.readText());

test.describe('with a wrap-up of a minute', () => {
  test.use({ settings: { wrapUpS: 60 } });

  test('during a call and after it: numbers, traces, the next state, more time', async ({ centre, desks }) => {
    const maria = await desks.open('maria');
    const { page } = maria;
    await maria.goAvailable();
    const caller = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '60');
    await maria.button('offer.answer').waitFor({ timeout: RING_MS });
    await maria.answer();
    await maria.press('copy_what', { what: 'number' });
    expect(await copied(page)).toBe(ANN);
    await page.getByRole('tab', { name: maria.word('side.history') }).click();
    await page.keyboard.press('Control+Alt+Digit2');
    await page.getByRole('menuitem', { name: 'Lunch' }).click();
    await maria.press('next.remove');
    await expect(maria.button('next.remove')).toBeHidden();
    await page.getByRole('navigation').getByRole('link', { name: maria.word('page.account') }).click();
    await maria.press('desk.back');
    await maria.button('wrap_up.code').click();
    await maria.press('hold.hold');
    await maria.expectState('on_hold');
    await maria.press('end');
    await maria.press('cancel');
    await caller.hangUp();
    await expect(maria.text('caller.ended')).toBeVisible();
    await maria.press('wrap_up.extend');
    await expect(maria.text('wrap_up.extended')).toBeVisible();
    await page.getByRole('link', { name: maria.word('path.open_trace') }).click();
    await page.getByRole('tab', { name: maria.word('tab.trace') }).waitFor();
    await page.getByRole('main').locator('button[aria-expanded]').first().click();
    await maria.press('copy_what', { what: 'contact id' });
    expect(page.url()).toContain(await copied(page));
    await maria.press('contact.share');
    await expect.poll(() => copied(page)).toContain('/contacts/');
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: maria.word('contact.download') }).click();
    expect((await download).suggestedFilename()).toBeTruthy();
    await page.goBack();
    await maria.finish();
    await page.getByRole('region', { name: maria.word('list.recent') }).getByRole('link').first().click();
    await page.getByRole('tab', { name: maria.word('tab.trace') }).waitFor();
    await page.goto(`${centre.url}/contacts`);
    const find = async (number: string) => {
      await page.getByRole('searchbox', { name: maria.word('contacts.search') }).fill(number);
      await maria.press('contacts.find');
    };
    await find('+12025550199');
    await expect(maria.text('contacts.none_of')).toBeVisible();
    await find(ANN);
    await maria.heading('contacts.of').waitFor();
    await page.getByRole('main').getByRole('link').first().click();
    await page.getByRole('tab', { name: maria.word('tab.trace') }).waitFor();

    // The caller comes back: the call before is one click away, and so is the way to the one that goes on.
    await page.getByRole('navigation').getByRole('link', { name: maria.word('page.desk') }).click();
    const again = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '60');
    await maria.answer();
    await page.getByRole('tabpanel', { name: maria.word('side.history') }).getByRole('link').first().click();
    await page.getByRole('tab', { name: maria.word('tab.trace') }).waitFor();
    await maria.press('desk.back');
    await again.hangUp();
    await maria.finish();
  });
});
