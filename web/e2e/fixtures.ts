// What each test has: a contact centre of its own, agents' pages, and a watch over what pages do.

import { test as base, expect, type Browser, type BrowserContext, type Page } from '@playwright/test';

import { Centre } from './centre.js';
import { ControlNotes } from './controls.js';
import { Desk } from './desk.js';
import { speakPseudo } from './pseudo.js';
import type { AgentName, Settings } from './place.js';
import type { Language } from './words.js';

/** Where the example's records are; nobody can reach it from here. */
export const CRM_PAGES = /lightning\.force\.com/;

interface Opening {
  language?: Language;
  viewport?: { width: number; height: number };
  colorScheme?: 'light' | 'dark';
}

/** Opens browsers of their own, and notes what pages should not do. */
export class Desks {
  readonly faults: string[] = [];
  private readonly contexts: BrowserContext[] = [];

  constructor(
    private readonly browser: Browser,
    private readonly centre: Centre,
    private readonly notes: ControlNotes,
  ) {}

  /** A browser of its own at an agent's desk, not signed in. */
  async open(name: AgentName, opening: Opening = {}): Promise<Desk> {
    return new Desk(await this.page(opening), name, this.centre, opening.language);
  }

  async page({ language = 'en', viewport, colorScheme }: Opening = {}): Promise<Page> {
    const context = await this.browser.newContext({
      locale: language === 'ja' ? 'ja-JP' : 'en-US',
      permissions: ['microphone', 'clipboard-read', 'clipboard-write'],
      viewport: viewport ?? { width: 1440, height: 900 },
      colorScheme: colorScheme ?? 'light',
    });
    this.contexts.push(context);
    if (language !== 'pseudo') await this.notes.watch(context);
    if (language === 'pseudo') await speakPseudo(context);
    const { cable } = this.centre;
    if (cable) await context.exposeFunction('relayPort', (port: number) => cable.relay(port));
    await context.route(CRM_PAGES, (route) => route.fulfill({ body: 'the record' }));
    context.on('request', (request) => this.judge(request.url(), request.isNavigationRequest()));
    context.on('page', (page) => this.watch(page));
    return context.newPage();
  }

  async close(): Promise<void> {
    for (const context of this.contexts) await context.close();
  }

  private watch(page: Page): void {
    page.on('websocket', (socket) => this.judge(socket.url().replace(/^ws/, 'http'), false));
    page.on('pageerror', (error) => this.faults.push(`${page.url()}: ${error.message}`));
    page.on('console', (message) => {
      if (/Content Security Policy|Minified React error/.test(message.text())) this.faults.push(`${page.url()}: ${message.text()}`);
    });
  }

  /** Nothing is asked of other hosts, but the record that an agent is to see. */
  private judge(address: string, isNavigation: boolean): void {
    const url = new URL(address);
    if (!url.protocol.startsWith('http') || url.origin === this.centre.url) return;
    if (isNavigation && CRM_PAGES.test(url.host)) return;
    this.faults.push(`asked another host: ${address}`);
  }
}

export const test = base.extend<{ settings: Settings; centre: Centre; desks: Desks }>({
  settings: [{}, { option: true }],
  centre: async ({ settings }, use, info) => {
    const centre = await Centre.serve(settings);
    await use(centre);
    if (info.status !== info.expectedStatus) console.log(centre.said());
    await centre.stop();
  },
  desks: async ({ browser, centre }, use, info) => {
    const notes = new ControlNotes();
    const desks = new Desks(browser, centre, notes);
    await use(desks);
    if (info.status !== info.expectedStatus) await desks.close();
    else {
      await desks.close();
      expect(desks.faults).toEqual([]);
    }
    notes.write(info);
  },
});

export { expect } from '@playwright/test';
