// Takes a picture of a page and keeps it as WebP, which the browser itself makes.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import type { Page } from '@playwright/test';

export type Language = 'en' | 'ja';

const FOLDER = fileURLToPath(new URL('../../docs/pictures/', import.meta.url));
const QUALITY = 0.86;

const catalogue = (language: Language) => JSON.parse(readFileSync(new URL(`../src/i18n/${language}.json`, import.meta.url), 'utf8')) as Record<string, string>;
const CATALOGUES = { en: catalogue('en'), ja: catalogue('ja') };

/** The word of a button or field in a language. */
export function word(language: Language, id: string): string {
  const text = CATALOGUES[language][id];
  if (text === undefined) throw new Error(`there is no message ${id}`);
  return text;
}

export async function picture(page: Page, name: string, language: Language): Promise<void> {
  await page.evaluate(() => document.fonts.ready);
  await page.waitForTimeout(700);
  const png = (await page.screenshot({ animations: 'disabled' })).toString('base64');
  const painter = await page.context().newPage();
  const webp = await painter.evaluate(
    async ({ data, quality }) => {
      const image = new Image();
      image.src = `data:image/png;base64,${data}`;
      await image.decode();
      const canvas = document.createElement('canvas');
      canvas.width = image.width;
      canvas.height = image.height;
      canvas.getContext('2d')?.drawImage(image, 0, 0);
      return canvas.toDataURL('image/webp', quality).split(',')[1] ?? '';
    },
    { data: png, quality: QUALITY },
  );
  await painter.close();
  await page.bringToFront();
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}${name}.${language}.webp`, Buffer.from(webp, 'base64'));
}
