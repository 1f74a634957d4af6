// "Try it": one person, no password, no microphone; from the page's opening to the note on the Case.

import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

import { Centre } from './centre.js';
import { ControlNotes } from './controls.js';

const NOTE = 'Squeals in the rain only. 雨の日だけ鳴る。';
const LIMIT_MS = 60_000;

let centre: Centre;
let notes: ControlNotes;

test.beforeEach(async ({ context }) => {
  centre = await Centre.start();
  notes = new ControlNotes();
  await notes.watch(context);
  // No page asks another host for anything.
  await context.route('**/*', async (route) => {
    const { origin } = new URL(route.request().url());
    if (origin === new URL(centre.url).origin) return route.fallback();
    throw new Error(`a page asks ${origin}`);
  });
});

// eslint-disable-next-line no-empty-pattern
test.afterEach(async ({}, info) => {
  if (info.status !== info.expectedStatus) console.log(centre.said());
  await centre.stop();
  notes.write(info);
});

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

/** Nothing that WCAG 2.2 A and AA forbid, in the page and its panel. */
async function isAccessible(page: Page): Promise<void> {
  const found = await new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']).analyze();
  expect(found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
}

test('a newcomer opens the address and has the note on the Case within a minute', async ({ page }, info) => {
  const began = Date.now();
  const picture = async (name: string) => info.attach(name, { body: await page.screenshot(), contentType: 'image/png' });
  await page.goto(centre.tryAddress);
  await page.getByRole('heading', { name: 'Try it' }).waitFor();
  const strip = page.getByRole('list', { name: 'Your way through the call' });
  const ticked = (name: string) => strip.getByRole('listitem').filter({ hasText: name }).getByRole('img', { name: 'Done' });
  const agent = page.frameLocator('iframe');

  await expect(page.getByText('00001002')).toBeVisible();
  await button(page, 'Allow sound').click();
  await expect(ticked('Allow sound')).toBeVisible();
  await agent.getByRole('heading', { name: /^You are Available/ }).waitFor();
  await button(page, 'Call').click();
  await expect(ticked('Call')).toBeVisible();
  await expect(page.getByText(/^The caller hears: /)).toBeVisible();

  await agent.getByRole('button', { name: 'Answer', exact: true }).click({ timeout: 40_000 });
  await expect(ticked('Listen')).toBeVisible();
  await expect(ticked('Answer')).toBeVisible();
  const speaksAs = (name: string) => page.getByRole('radio', { name, exact: true });
  await button(page, 'Swap').click();
  await expect(speaksAs('Agent')).toBeChecked();
  await button(page, 'Swap').click();
  await expect(speaksAs('Caller')).toBeChecked();
  await page.getByLabel('Say as the caller').fill('My brakes squeal in the rain.');
  await button(page, 'Say it').click();
  await expect(ticked('Talk')).toBeVisible({ timeout: 10_000 });
  // The panel is narrow: what is not needed now is folded away.
  for (const name of ['Before this call', 'History']) {
    const fold = agent.getByRole('button', { name, exact: true });
    const was = await fold.getAttribute('aria-expanded');
    await fold.click();
    await expect(fold).toHaveAttribute('aria-expanded', was === 'true' ? 'false' : 'true');
  }
  await agent.getByRole('textbox', { name: 'Notes' }).fill(NOTE);
  await picture('talking');

  await button(page, 'Hang up').click();
  await expect(ticked('Hang up')).toBeVisible();
  await agent.getByRole('button', { name: 'Done', exact: true }).click();
  await expect(page.getByText('New, from this call')).toBeVisible({ timeout: 15_000 });
  await expect(page.locator('#try-case')).toContainText(NOTE);
  await expect(ticked('See the note on the case')).toBeVisible();
  expect(Date.now() - began).toBeLessThan(LIMIT_MS);
  expect((await centre.comments()).at(-1)).toContain(NOTE);
  await expect(page.getByRole('heading', { name: 'What just happened' })).toBeVisible();
  await picture('the note');
  await page.getByRole('link', { name: 'The flow', exact: true }).click();
  await expect(page).toHaveURL(/#try-flow$/);
  await page.getByRole('link', { name: 'The case', exact: true }).click();
  await expect(page.locator('#try-case')).toBeInViewport();
  const trace = page.waitForEvent('popup');
  await page.getByRole('link', { name: 'The trace, step by step' }).click();
  await expect((await trace).getByRole('tab', { name: 'Trace' })).toHaveAttribute('aria-selected', 'true');
  await page.getByRole('link', { name: 'Agent Desktop' }).click();
  await expect(page).toHaveURL(/\/agent$/);
});

test('the page has no barrier, says what went wrong, and the link works once', async ({ page, browser }) => {
  await page.goto(centre.tryAddress);
  await button(page, 'Allow sound').click();
  await isAccessible(page);
  // A number that is none.
  await page.getByRole('combobox', { name: 'From' }).fill('nobody');
  // The list of suggestions lies over the button.
  await page.keyboard.press('Escape');
  await button(page, 'Call').click();
  await expect(page.getByText(/^The call was not placed/)).toBeVisible();
  await page.getByRole('combobox', { name: 'From' }).fill('anonymous');
  await page.keyboard.press('Escape');
  await button(page, 'Call again').click();
  await expect(page.getByRole('list', { name: '2 · The flow, live' }).getByRole('listitem').nth(2)).toBeVisible();
  await button(page, '5').click();
  await expect(page.getByLabel('Keys sent')).toHaveText('5');
  await isAccessible(page);
  await page.getByText('日本語').click();
  await expect(page.getByRole('heading', { name: '試してみる' })).toBeVisible();
  await expect(page.frameLocator('iframe').locator('html')).toHaveAttribute('lang', 'ja');
  await isAccessible(page);
  await button(page, '電話を切る').click();
  await expect(page.getByText('今回の通話の流れ')).toBeVisible();

  const other = await (await browser.newContext()).newPage();
  await other.goto(centre.tryAddress);
  await expect(other.getByText(/works once/)).toBeVisible();
});
