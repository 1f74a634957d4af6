// The pseudo language before the program: pages that ask for English get it, and whatever they then show
// in plain English is data or was not translated.

import { expect, type BrowserContext, type Page } from '@playwright/test';

import { compile } from '../scripts/catalogues.mjs';

/** Gives a browser the pseudo language in place of English. */
export async function speakPseudo(context: BrowserContext): Promise<void> {
  const body = `export const messages = ${JSON.stringify(compile('pseudo'))};`;
  await context.route(/\/assets\/en-[\w-]+\.js$/, (route) => route.fulfill({ contentType: 'text/javascript', body }));
}

/** Names of the product, of languages and keys; addresses; dates; the devices of a browser under test. */
const NOT_TRANSLATED = [
  /^(Trunkline|English|Salesforce|CRM|CSV|API|E\.164)$/,
  /^(Ctrl|Alt|Shift|Cmd|Enter|Space|Tab|Esc)(\+\S+)*$/,
  /^https?:\S+$/,
  /^((Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d/,
  /^Fake Audio (In|Out)put/,
];

/** What a page was told by the server: texts of these are data. */
export class Told {
  private readonly texts = new Set<string>();

  constructor(page: Page) {
    page.on('response', (response) => {
      if (!response.url().includes('/api/')) return;
      response.json().then((body: unknown) => this.take(body), () => undefined);
    });
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        try {
          this.take(JSON.parse(String(payload)));
        } catch {
          // Not JSON, so that no page shows it.
        }
      });
    });
  }

  /** Expects that all text of a page is the language's or the server's. */
  async expectTranslated(page: Page, state: string): Promise<void> {
    const plain = (await texts(page)).filter((text) => !this.isKnown(text));
    expect.soft(plain, state).toEqual([]);
  }

  private take(value: unknown): void {
    if (typeof value === 'string') {
      // Pages show a contact's id by its end.
      const end = /^[0-9a-f-]{36}$/.test(value) ? [value.slice(-8)] : [];
      for (const part of [...value.split('\n'), ...value.split(':'), ...end]) this.texts.add(part.trim());
    } else if (value !== null && typeof value === 'object') {
      for (const [name, part] of Object.entries(value)) {
        this.texts.add(name);
        this.take(part);
      }
    }
  }

  private isKnown(text: string): boolean {
    const isOne = (part: string) => !/[A-Za-z]{3}/.test(part) || this.texts.has(part) || NOT_TRANSLATED.some((one) => one.test(part));
    return isOne(text) || text.split(/ · |, |: |\n/).every((part) => isOne(part.trim()));
  }
}

/** What is written on a page without a sign of the pseudo language, code and what is marked as English aside. */
export function texts(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found = new Set<string>();
    // What the checks and the connector say is in English, and marked so.
    const isOwn = (element: Element | null) => element?.closest('code, pre, .code, :not(html)[lang=en], [aria-hidden=true], script, style, noscript');
    const look = (text: string | null, element: Element | null) => {
      const plain = text?.trim() ?? '';
      if (/[A-Za-z]{3}/.test(plain) && !/[áéíóúçñýÁÉÍÓÚÇÑÝ~぀-鿿]/.test(plain) && !isOwn(element)) found.add(plain);
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) look(walker.currentNode.textContent, walker.currentNode.parentElement);
    for (const element of document.querySelectorAll('[aria-label], [title], [placeholder], [alt]')) {
      for (const name of ['aria-label', 'title', 'placeholder', 'alt']) look(element.getAttribute(name), element);
    }
    look(document.title, null);
    return [...found];
  });
}
