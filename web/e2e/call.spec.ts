// The data dip in a real browser: a SIP caller, an agent's page, the note on the Case.

import { expect, test, type Page } from '@playwright/test';

import { ANN, Centre } from './centre.js';
import { equip, heard } from './ear.js';

const CALLERS_HZ = 440;
const AGENTS_HZ = 660;
const NOTE = 'Charged twice in October. 請求書4411を確認、返金は11月25日。"Quote" & <tag>';

let centre: Centre;

test.beforeEach(async () => {
  centre = await Centre.start();
});

test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) console.log(centre.said());
  await centre.stop();
});

/** Signs an agent in with the browser as device, up to Available. */
async function goAvailable(page: Page, name: string): Promise<void> {
  await equip(page, AGENTS_HZ);
  await page.goto(`${centre.url}/agent`);
  await page.getByLabel('Sign-in name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(centre.password(name));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Play ring tone' }).click();
  await page.getByRole('button', { name: 'Go Available' }).click();
  await page.getByRole('heading', { name: /^You are Available/ }).waitFor();
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('a call rings, the record opens, both hear each other, and the note reaches the Case', async ({ page, context }) => {
  // The record's page is the CRM's, which nobody can reach from here.
  await context.route(/5005g00000HbCs2AAF/, (route) => route.fulfill({ body: 'the record' }));
  const before = await centre.comments();
  await goAvailable(page, 'maria');
  const caller = centre.call(ANN, '--tone', `${CALLERS_HZ}`, '--after', '60');
  await button(page, 'Answer').waitFor({ timeout: 30_000 });
  await expect(page.getByText('Ann').first()).toBeVisible();

  const popped = context.waitForEvent('page');
  await button(page, 'Answer').click();
  const record = await popped;
  await expect.poll(() => record.url()).toContain('5005g00000HbCs2AAF');
  await page.bringToFront();
  await expect.poll(() => heard(page), { timeout: 10_000 }).toBeCloseTo(CALLERS_HZ, -1);

  await button(page, 'Hold').click();
  await expect(button(page, 'Resume')).toBeVisible();
  await button(page, 'Resume').click();
  await expect.poll(() => heard(page), { timeout: 10_000 }).toBeCloseTo(CALLERS_HZ, -1);

  await page.getByRole('textbox', { name: 'Notes' }).fill(NOTE);
  await button(page, 'Save').click();
  await page.waitForTimeout(3_000);
  await button(page, 'End').click();
  await expect.poll(() => caller.isThere, { timeout: 10_000 }).toBe(false);
  expect(caller.shareOf(AGENTS_HZ, { from: 2.5, to: 0.5 })).toBeGreaterThan(0.9);

  await button(page, 'Done').click();
  await expect.poll(async () => (await centre.comments()).length, { timeout: 15_000 }).toBe(before.length + 1);
  const written = (await centre.comments()).at(-1) ?? '';
  expect(written).toContain(NOTE);
});

test('a page that is reloaded in mid-call has the caller back', async ({ page }) => {
  await goAvailable(page, 'maria');
  const caller = centre.call(ANN, '--tone', `${CALLERS_HZ}`, '--after', '60');
  await button(page, 'Answer').click({ timeout: 30_000 });
  await expect.poll(() => heard(page), { timeout: 10_000 }).toBeCloseTo(CALLERS_HZ, -1);
  await page.reload();
  await expect(button(page, 'End')).toBeVisible();
  await expect.poll(() => heard(page), { timeout: 15_000 }).toBeCloseTo(CALLERS_HZ, -1);
  expect(caller.isThere).toBe(true);
  await caller.hangUp();
  await expect(button(page, 'Done')).toBeVisible();
});

test('who declines is set to RONA, and the other agent has the caller', async ({ page, browser }) => {
  await goAvailable(page, 'maria');
  const caller = centre.call(ANN, '--tone', `${CALLERS_HZ}`, '--after', '60');
  await button(page, 'Decline').click({ timeout: 30_000 });
  await expect(page.getByText('Missed (RONA)').first()).toBeVisible();
  const other = await (await browser.newContext({ permissions: ['microphone'] })).newPage();
  await goAvailableNow(other, 'kenji');
  await button(other, 'Answer').click({ timeout: 30_000 });
  await expect.poll(() => heard(other), { timeout: 10_000 }).toBeCloseTo(CALLERS_HZ, -1);
  await caller.hangUp();
});

/** As `goAvailable`, where a contact waits already: the offer may come before the page says so. */
async function goAvailableNow(page: Page, name: string): Promise<void> {
  await equip(page, AGENTS_HZ);
  await page.goto(`${centre.url}/agent`);
  await page.getByLabel('Sign-in name').fill(name);
  await page.getByLabel('Password', { exact: true }).fill(centre.password(name));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: /^Welcome/ }).waitFor();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Play ring tone' }).click();
  await page.getByRole('button', { name: 'Go Available' }).click();
}
