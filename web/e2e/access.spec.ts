// Pages and states as they are with a real server: accessible in both languages, and by keys alone.

import { audit } from './axe.js';
import { ANN } from './centre.js';
import { RING_MS, TONES, type Desk } from './desk.js';
import { expect, test } from './fixtures.js';
import { AGENTS } from './place.js';

const TALKS = ['--tone', `${TONES.caller}`, '--after', '180'];

test.describe.configure({ timeout: 180_000 });

for (const [name, language, colorScheme] of [['maria', 'en', 'light'], ['yui', 'ja', 'dark']] as const) {
  test(`axe finds nothing on a way through a call (${language}, ${colorScheme})`, async ({ centre, desks }) => {
    const desk = await desks.open(name, { language, colorScheme });
    const { page } = desk;
    const see = (state: string) => audit(page, state);
    await page.goto(`${centre.url}/signin`);
    await desk.button('signin.submit').waitFor();
    await see('sign-in');
    await desk.signIn();
    await desk.heading('desk_signin.title').waitFor();
    await see('team and device');
    await desk.press('desk_signin.submit');
    await desk.button('check.play_ring').waitFor();
    await see('device check');
    await desk.checkDevices();
    await desk.press('ready.go');
    await desk.expectState('available');
    await see('available');
    await desk.pill.click();
    await page.getByRole('menu').waitFor();
    await see('states');
    await page.keyboard.press('Escape');

    const caller = centre.call(ANN, ...TALKS);
    await desk.button('offer.answer').waitFor({ timeout: RING_MS });
    await see('offered');
    await desk.answer();
    await see('answered');
    for (const [id, dialog] of [['keypad', 'keypad'], ['consult', 'picker.consult']] as const) {
      await desk.press(id);
      await page.getByRole('dialog', { name: desk.word(dialog) }).waitFor();
      await see(id);
      await page.keyboard.press('Escape');
      await expect(page.getByRole('dialog')).toHaveCount(0);
    }
    await desk.press('hold.hold');
    await desk.expectState('on_hold');
    await see('on hold');
    await desk.press('end');
    await page.getByRole('dialog', { name: desk.word('end.hold_title') }).waitFor();
    await see('end while on hold');
    await desk.press('end.now');
    await caller.ended();
    await desk.button('wrap_up.done').waitFor();
    await see('wrap-up');
    await desk.finish();

    for (const [path, heading] of [['/agent/history', 'page.history'], ['/contacts', 'page.contacts'], ['/account', 'account.look']] as const) {
      await page.goto(`${centre.url}${path}`);
      await desk.heading(heading).first().waitFor();
      await see(path);
    }
    await page.goto(`${centre.url}/agent/history`);
    await page.getByRole('main').getByRole('link').first().click();
    for (const tab of ['tab.trace', 'tab.variables', 'tab.events', 'tab.raw']) {
      await page.getByRole('tab', { name: desk.word(tab) }).click();
      await expect(page.getByRole('tabpanel').or(page.getByRole('main')).first()).toBeVisible();
      await see(tab);
    }
  });
}

/** Goes to an element by the Tab key. */
async function tabTo(desk: Desk, id: string, values?: Record<string, string>): Promise<void> {
  const target = desk.button(id, values);
  await target.waitFor({ timeout: 15_000 });
  for (let at = 0; at < 80; at += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await desk.page.keyboard.press('Tab');
  }
  throw new Error(`${id} is not reached by Tab`);
}

test('by keys alone: a whole day at the desk, from sign-in to sign-out', async ({ centre, desks }) => {
  const [maria, lena] = [await desks.open('maria'), await desks.open('lena')];
  await lena.goAvailable();
  const { keyboard } = maria.page;
  const press = async (keys: string) => {
    await maria.page.bringToFront();
    await keyboard.press(keys);
  };
  const enter = async (id: string, values?: Record<string, string>) => {
    await maria.page.bringToFront();
    await tabTo(maria, id, values);
    await press('Enter');
  };
  await maria.signInByKeys();
  await enter('desk_signin.submit');
  await enter('check.play_ring');
  await expect(maria.button('ready.go')).toBeEnabled();
  await press('Control+Alt+Digit1');
  await maria.expectState('available');

  const caller = centre.call(ANN, ...TALKS);
  await maria.button('offer.answer').waitFor({ timeout: RING_MS });
  await press('Control+Alt+KeyA');
  await maria.hears(TONES.caller);
  await press('Control+Alt+KeyM');
  await expect(maria.button('mute.off')).toHaveAttribute('aria-pressed', 'true');
  await press('Control+Alt+KeyM');
  await press('Control+Alt+KeyH');
  await maria.expectState('on_hold');
  await press('Control+Alt+KeyH');
  await maria.expectState('answered');

  await press('Control+Alt+KeyC');
  await expect(maria.page.getByRole('combobox', { name: maria.word('picker.search') })).toBeFocused();
  await keyboard.type('lena');
  await press('Enter');
  await lena.button('offer.answer').waitFor({ timeout: RING_MS });
  await lena.page.bringToFront();
  await lena.page.keyboard.press('Control+Alt+KeyA');
  await lena.expectState('answered');
  await maria.hears(TONES.lena);
  await press('Control+Alt+KeyG');
  await maria.hears(TONES.caller, TONES.lena);
  await enter('conference.drop_who', { name: AGENTS.lena });
  await maria.expectState('answered');

  for (let at = 0; at < 80 && !(await maria.notes.evaluate((element) => element === document.activeElement)); at += 1) await press('Tab');
  await keyboard.insertText('鍵盤だけで');
  await press('Control+KeyS');
  await expect(maria.text('details.saved')).toBeVisible();
  await press('Control+Alt+KeyE');
  await caller.ended();
  await maria.button('wrap_up.done').waitFor();
  await press('Control+Alt+KeyW');
  await press('Space');
  await expect(maria.page.getByRole('radio', { checked: true })).toHaveCount(1);
  await press('Control+Enter');
  await maria.expectState('available');

  await press('Control+Alt+Digit2');
  await maria.page.getByRole('menu').waitFor();
  await press('Digit1');
  await maria.expectState('idle');
  await enter('menu.label', { name: AGENTS.maria });
  const signOut = maria.page.getByRole('menuitem', { name: maria.word('menu.sign_out'), exact: true });
  for (let at = 0; at < 20 && !(await signOut.evaluate((element) => element === document.activeElement)); at += 1) await press('ArrowDown');
  await press('Enter');
  await expect(maria.page).toHaveURL(/\/signin/);
});
