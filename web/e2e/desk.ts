// An agent's page, as an agent uses it.

import { expect, type Locator, type Page } from '@playwright/test';

import type { Centre } from './centre.js';
import { equip, hears } from './ear.js';
import { AGENTS, type AgentName } from './place.js';
import { word, type Language } from './words.js';

/** How long a call may take from the number to the desktop, on a busy machine. */
export const RING_MS = 40_000;
/** How long audio may take to be there. */
export const AUDIO_MS = 20_000;

/** The tone of each microphone, in Hz. */
export const TONES = { caller: 440, maria: 700, kenji: 1000, lena: 1300, yui: 1600 };

export class Desk {
  constructor(
    readonly page: Page,
    readonly name: AgentName,
    private readonly centre: Centre,
    readonly language: Language = 'en',
  ) {}

  word(id: string, values?: Record<string, string>): string | RegExp {
    return word(this.language, id, values);
  }

  button(id: string, values?: Record<string, string>): Locator {
    return this.page.getByRole('button', { name: this.word(id, values), exact: true });
  }

  heading(id: string, values?: Record<string, string>): Locator {
    return this.page.getByRole('heading', { name: this.word(id, values) });
  }

  text(id: string, values?: Record<string, string>): Locator {
    // Messages are said to screen readers too.
    return this.page.getByText(this.word(id, values)).first();
  }

  async press(id: string, values?: Record<string, string>): Promise<void> {
    await this.button(id, values).click({ timeout: 15_000 });
  }

  get tone(): number {
    return TONES[this.name];
  }

  get notes(): Locator {
    return this.page.getByRole('textbox', { name: 'Notes for the case' });
  }

  get pill(): Locator {
    return this.page.locator('[data-state]').first();
  }

  /** Name and password. */
  async signIn(to = '/agent'): Promise<void> {
    await equip(this.page, this.tone);
    await this.page.goto(`${this.centre.url}${to}`);
    await this.fillSignIn();
  }

  /** The same by keys alone. */
  async signInByKeys(): Promise<void> {
    await equip(this.page, this.tone);
    await this.page.goto(`${this.centre.url}/agent`);
    const name = this.page.getByLabel(this.word('signin.name'));
    await name.waitFor();
    await this.page.keyboard.press('Tab');
    for (let at = 0; at < 10 && !(await name.evaluate((element) => element === document.activeElement)); at += 1) await this.page.keyboard.press('Tab');
    await this.page.keyboard.type(this.name);
    await this.page.keyboard.press('Tab');
    await this.page.keyboard.type(this.centre.password(this.name));
    await this.page.keyboard.press('Enter');
  }

  async fillSignIn(): Promise<void> {
    await this.page.getByLabel(this.word('signin.name')).fill(this.name);
    await this.page.getByLabel(this.word('signin.password'), { exact: true }).fill(this.centre.password(this.name));
    await this.press('signin.submit');
  }

  /** Team and device, then sound: ready to be Available. */
  async takeSeat(): Promise<void> {
    await this.heading('desk_signin.title', { name: AGENTS[this.name] }).waitFor();
    await this.press('desk_signin.submit');
    await this.checkDevices();
  }

  async checkDevices(): Promise<void> {
    await this.press('check.play_ring');
  }

  /** Signed in and Available; a contact may wait already. */
  async goAvailable(): Promise<void> {
    await this.signIn();
    await this.takeSeat();
    await this.press('ready.go');
    await expect(this.pill).toHaveAttribute('data-state', /available|offered/);
  }

  /** Takes the call that rings, and hears the caller. */
  async answer(hz = TONES.caller): Promise<void> {
    await this.button('offer.answer').click({ timeout: RING_MS });
    await this.button('end').waitFor();
    await this.hears(hz);
  }

  /** Waits until these tones, and no others, are heard. */
  async hears(...tones: number[]): Promise<void> {
    await this.page.bringToFront();
    await expect.poll(() => hears(this.page, Object.values(TONES)), { timeout: AUDIO_MS }).toEqual([...tones].sort((a, b) => a - b));
  }

  /** Picks somebody in the list of consult and transfer. */
  async pick(search: string): Promise<void> {
    await this.page.getByRole('combobox', { name: this.word('picker.search') }).fill(search);
    const row = this.page.getByRole('option', { name: search }).and(this.page.locator(':not([aria-disabled=true])'));
    await row.first().click();
  }

  async expectState(state: string): Promise<void> {
    await expect(this.pill).toHaveAttribute('data-state', state, { timeout: 20_000 });
  }

  /** Wraps up, with the text as it is. */
  async finish(): Promise<void> {
    await this.button('wrap_up.done').click({ timeout: 20_000 });
    await expect(this.button('wrap_up.done')).toBeHidden();
  }
}
