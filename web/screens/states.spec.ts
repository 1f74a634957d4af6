// A picture of every state, and what a machine can say of it: no violation of WCAG 2.2 A/AA, nothing
// cut off, nothing that the content security policy refused.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';

import { Told } from '../e2e/pseudo.js';
import { STATES } from './states';

const SIZES = [
  { width: 1440, height: 900 },
  { width: 1024, height: 768 },
  { width: 400, height: 600 },
];
const LANGUAGES = (process.env.LANGUAGES ?? 'en,ja').split(',');
const THEMES = (process.env.THEMES ?? 'light,dark').split(',') as ('light' | 'dark')[];
const WIDTHS = (process.env.WIDTHS ?? '1440,1024,400').split(',').map(Number);
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/** Labels whose text does not fit, and a page that scrolls sideways. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    if (document.documentElement.scrollWidth > innerWidth) found.push(`the page is ${document.documentElement.scrollWidth} px wide`);
    for (const element of document.querySelectorAll<HTMLElement>('button, [role=tab], label, h1, h2, th, a')) {
      if (element.closest('[aria-hidden=true], .visually-hidden') || element.clientWidth === 0 || getComputedStyle(element).textOverflow === 'ellipsis') continue;
      if (element.matches('[data-control]') && element.scrollHeight > element.clientHeight + 1) found.push(`${element.textContent} is too high`);
      if (element.scrollWidth > element.clientWidth + 1) found.push(`${element.tagName} "${element.textContent}" ${element.scrollWidth} > ${element.clientWidth}`);
    }
    return found;
  });
}

for (const language of LANGUAGES) {
  for (const theme of THEMES) {
    for (const size of SIZES.filter(({ width }) => WIDTHS.includes(width))) {
      for (const state of STATES) {
        test(`${state.name} ${language} ${theme} ${size.width}`, async ({ browser }) => {
          const context = await browser.newContext({ viewport: size, colorScheme: theme, locale: language === 'ja' ? 'ja-JP' : 'en-US', timezoneId: 'Asia/Tokyo', reducedMotion: 'reduce' });
          const page = await context.newPage();
          const told = new Told(page);
          const complaints: string[] = [];
          page.on('console', (message) => {
            if (message.type() === 'error' && !/Failed to load resource|WebSocket connection|ERR_/.test(message.text())) complaints.push(message.text());
          });
          page.on('pageerror', (error) => complaints.push(error.message));
          const to = state.to ?? (size.width === 400 ? '/embed/agent' : '/agent');
          const query = new URLSearchParams({ scenario: state.scenario, lang: language === 'en' ? 'en' : 'ja', role: state.role ?? 'agent', to: language === 'pseudo' ? `${to}${to.includes('?') ? '&' : '?'}lang=pseudo` : to });
          await page.goto(`/mock/start?${query.toString()}`);
          await page.locator('main').first().waitFor();
          await page.waitForTimeout(600);
          await state.act?.(page);
          await page.waitForTimeout(300);
          await page.screenshot({ path: `screens/out/${state.name}-${language}-${theme}-${size.width}.png` });
          const { violations } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
          expect.soft(violations.map((one) => `${one.id}: ${one.nodes.map((node) => `${node.target.join(' ')} ${node.any[0]?.message ?? ''}`).slice(0, 3).join(' | ')}`)).toEqual([]);
          expect.soft(await cutOff(page)).toEqual([]);
          expect.soft(complaints).toEqual([]);
          if (language === 'pseudo') await told.expectTranslated(page, state.name);
          await context.close();
        });
      }
    }
  }
}
