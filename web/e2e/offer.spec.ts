// Who does not take a call: RONA, declining, and two agents who both want it.

import type { Page } from '@playwright/test';

import { ANN } from './centre.js';
import { RING_MS, TONES } from './desk.js';
import { expect, test } from './fixtures.js';

const TALKS = ['--tone', `${TONES.caller}`, '--after', '90'];

test.describe('with a short ring', () => {
  test.use({ settings: { ringS: 4 } });

  test('who lets it ring has missed it, is back by one click, and has the caller', async ({ centre, desks }) => {
    const maria = await desks.open('maria');
    await maria.goAvailable();
    const caller = centre.call(ANN, ...TALKS);
    await maria.button('offer.answer').waitFor({ timeout: RING_MS });
    await maria.expectState('rona');
    await expect(maria.heading('missed.title')).toBeVisible();
    await expect(maria.text('missed.not_answered')).toBeVisible();
    await maria.press('ready.go');
    await maria.answer();
    expect(caller.isThere).toBe(true);
    await caller.hangUp();
    await maria.finish();
  });
});

test('who declines is set to RONA, and the other agent has the caller', async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  await maria.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  await maria.button('offer.decline').click({ timeout: RING_MS });
  await maria.expectState('rona');
  const kenji = await desks.open('kenji');
  await kenji.goAvailable();
  await kenji.answer();
  await caller.hangUp();
  await kenji.finish();
});

/** Says that the contact is taken, as the page does, whether it is on offer here or not. */
function claim(page: Page, contact: string): Promise<number> {
  return page.evaluate(async (id) => {
    const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string };
    const answer = await fetch(`/api/v1/desk/contacts/${id}/answer`, { method: 'POST', headers: { 'x-trunkline-csrf': session.csrf } });
    return answer.status;
  }, contact);
}

test('two agents, one caller: one is offered it, and only they can take it', async ({ centre, desks }) => {
  const [maria, kenji] = [await desks.open('maria'), await desks.open('kenji')];
  await maria.goAvailable();
  await kenji.goAvailable();
  const caller = centre.call(ANN, ...TALKS);
  // Maria has been Available longest.
  await maria.button('offer.answer').waitFor({ timeout: RING_MS });
  await expect(kenji.button('offer.answer')).toBeHidden();
  const view = await maria.page.evaluate(async () => (await (await fetch('/api/v1/desk')).json()) as { contact: { id: string } });
  const statuses = await Promise.all([claim(kenji.page, view.contact.id), claim(maria.page, view.contact.id), claim(kenji.page, view.contact.id)]);
  expect(statuses).toEqual([409, 204, 409]);
  await maria.hears(TONES.caller);
  await kenji.expectState('available');
  await caller.hangUp();
  await maria.finish();
});
