// The pictures of the manual: calls from the real program's demo, the first steps before the mock.
import { test, type Page } from '@playwright/test';

import { ANN, Centre } from '../e2e/centre.js';
import { picture, word, type Language } from './camera.js';

const NOTES = { en: 'Charged twice in October. Refund on its way, confirmed by e-mail.', ja: '10月分が二重に請求されていた。返金手続き済み、メールで確認。' };
const FIRST = { en: 'Asked when the spare part arrives. Promised to call back.', ja: '交換部品の到着日について問い合わせ。折り返しを約束。' };
const MOCK = 'http://127.0.0.1:8097';
const PANEL = { width: 400, height: 640 };
const DESK = { width: 1280, height: 800 };

/** The pages' language is the person's own choice. */
async function choose(page: Page, url: string, language: Language): Promise<void> {
  const me = (await (await page.request.get(`${url}/api/v1/session`)).json()) as { csrf: string; preferences: Record<string, unknown> };
  const answer = await page.request.put(`${url}/api/v1/session/preferences`, {
    headers: { 'x-trunkline-csrf': me.csrf, origin: url },
    data: { ...me.preferences, language },
  });
  if (!answer.ok()) throw new Error(`the language was not taken: ${await answer.text()}`);
  await page.reload();
}

for (const language of ['en', 'ja'] as const) {
  const t = (id: string) => word(language, id);
  const button = (page: Page, id: string) => page.getByRole('button', { name: t(id), exact: true });

  test.describe(language, () => {
    test.use({ locale: language === 'ja' ? 'ja-JP' : 'en-US', timezoneId: 'Asia/Tokyo' });

    /** Answers a call from Ann, and types notes. */
    const take = async (page: Page, centre: Centre, notes: string, whileItRings?: () => Promise<void>) => {
      const caller = centre.call(ANN, '--tone', '440', '--after', '90');
      await button(page, 'offer.answer').waitFor({ timeout: 30_000 });
      await whileItRings?.();
      await button(page, 'offer.answer').click();
      await button(page, 'hold.hold').waitFor();
      await page.waitForTimeout(1_500);
      await page.bringToFront();
      await page.getByRole('textbox', { name: 'Notes' }).fill(notes);
      await page.waitForTimeout(4_000);
      return caller;
    };

    test(`a call, ${language}`, async ({ page, context }) => {
      const centre = await Centre.start();
      try {
        await context.route(/5005g00000HbCs2AAF/, (route) => route.fulfill({ body: 'the record' }));
        context.on('page', (opened) => void opened.waitForURL(/5005g/, { timeout: 5_000 }).then(() => opened.close(), () => undefined));
        await page.goto(`${centre.url}/signin?next=%2Fagent`);
        await page.getByLabel(t('signin.name')).fill('maria');
        await picture(page, 'sign-in', language);
        await page.getByLabel(t('signin.password'), { exact: true }).fill(centre.password('maria'));
        await page.keyboard.press('Enter');
        await page.waitForURL(/\/agent$/);
        await choose(page, centre.url, language);
        await page.getByText(t('desk_signin.device'), { exact: true }).waitFor();
        await button(page, 'desk_signin.submit').click();
        await button(page, 'check.play_ring').waitFor();
        await picture(page, 'device-check', language);
        await button(page, 'check.play_ring').click();
        await button(page, 'ready.go').click();
        await page.waitForTimeout(500);
        await picture(page, 'available', language);
        // A first call, so that the second one has a history.
        await take(page, centre, FIRST[language]);
        await button(page, 'end').click();
        await page.getByRole('radio').nth(1).click();
        await button(page, 'wrap_up.done').click();
        // The history has the first call when its flow has come to its end.
        await page.waitForTimeout(5_000);
        const caller = await take(page, centre, NOTES[language], () => picture(page, 'offered', language));
        await picture(page, 'desktop', language);
        await page.setViewportSize(PANEL);
        await page.goto(`${centre.url}/embed/agent`);
        await button(page, 'hold.hold').waitFor();
        await picture(page, 'panel', language);
        await page.setViewportSize(DESK);
        await page.goto(`${centre.url}/agent`);
        await button(page, 'consult').click();
        await page.waitForTimeout(500);
        await picture(page, 'picker', language);
        await page.keyboard.press('Escape');
        await button(page, 'details.save').click();
        await page.waitForTimeout(1_000);
        await button(page, 'end').click();
        await button(page, 'wrap_up.done').waitFor();
        await picture(page, 'wrap-up', language);
        await button(page, 'wrap_up.done').click();
        await caller.hangUp();
        await page.waitForTimeout(2_000);
        await page.goto(`${centre.url}/agent/history`);
        await page.getByRole('link', { name: /Ann/ }).first().waitFor();
        await picture(page, 'history', language);
        await page.getByRole('link', { name: /Ann/ }).first().click();
        await page.waitForTimeout(1_000);
        await picture(page, 'contact', language);
        await page.goto(`${centre.url}/account`);
        await page.waitForTimeout(500);
        await picture(page, 'account', language);
      } catch (error) {
        console.log(centre.said());
        throw error;
      } finally {
        await centre.stop();
      }
    });

    test(`first steps, ${language}`, async ({ page }) => {
      const begin = (scenario: string, to: string) =>
        page.goto(`${MOCK}/mock/start?${new URLSearchParams({ scenario, lang: language, role: 'administrator', to }).toString()}`);
      await begin('signed-out', '/setup/first');
      await picture(page, 'setup', language);
      await begin('idle', '/start/salesforce');
      await button(page, 'start.test').click();
      await page.getByRole('region', { name: t('start.test_result') }).scrollIntoViewIfNeeded();
      await picture(page, 'connect', language);
      await begin('ready', '/start/flow');
      await page.locator('input[type=file]').setInputFiles({ name: 'flow.json', mimeType: 'application/json', buffer: Buffer.from('{}') });
      await page.getByRole('region', { name: t('start.findings') }).waitFor();
      await picture(page, 'import', language);
      await begin('renamed', '/start/queue');
      await picture(page, 'queue', language);
      await begin('ready', '/');
      await picture(page, 'home', language);
      for (const [name, scenario] of STATES) {
        await page.goto(`${MOCK}/mock/start?${new URLSearchParams({ scenario, lang: language, to: '/agent' }).toString()}`);
        await picture(page, name, language);
      }
    });
  });
}

/** States of a call that need several people. */
const STATES: [string, string][] = [
  ['consulting', 'consulting'],
  ['conference', 'conference'],
  ['missed', 'rona'],
];
