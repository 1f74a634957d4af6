// A call that is taken, muted, held and ended with the buttons of a headset.

import { ANN } from './centre.js';
import { RING_MS, TONES } from './desk.js';
import { expect, test } from './fixtures.js';
import { HEADSET, lit, plugIn, pressOn } from './headset.js';

test('the buttons of a headset do what those of the page do, and its lamps show the call', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  const lamps = (...names: string[]) => expect.poll(() => lit(page), { timeout: 15_000 }).toEqual(names);
  await plugIn(page);
  await maria.signIn();
  await maria.takeSeat();
  // Devices are ready: what they are is on the account's page.
  await maria.press('ready.go');
  await page.goto(`${centre.url}/account`);
  await maria.press('headset.connect');
  await maria.text('headset.ok', { name: HEADSET }).waitFor();
  await lamps();

  const caller = centre.call(ANN, '--tone', `${TONES.caller}`, '--after', '120');
  await expect.poll(() => lit(page), { timeout: RING_MS }).toEqual(['ring']);
  await pressOn(page, 'hook');
  await maria.hears(TONES.caller);
  await lamps('offHook');

  // On any page, ...
  await pressOn(page, 'mute');
  await lamps('mute', 'offHook');
  // ... and on the desktop, which shows it.
  await maria.press('desk.back');
  await maria.button('mute.off').waitFor();
  await pressOn(page, 'mute');
  await maria.button('mute.on').waitFor();

  await pressOn(page, 'flash');
  await maria.expectState('on_hold');
  // Ending is asked about while the caller is on hold: the headset is off hook again until then.
  await pressOn(page, 'hook');
  await maria.heading('end.hold_title').waitFor();
  await lamps('offHook');
  await page.keyboard.press('Escape');
  await pressOn(page, 'flash');
  await maria.hears(TONES.caller);

  await pressOn(page, 'hook');
  await caller.ended();
  await lamps();
  await maria.finish();

  await page.goto(`${centre.url}/account`);
  await maria.press('headset.connect');
  await maria.press('headset.disconnect');
  await maria.button('headset.connect').waitFor();
});
