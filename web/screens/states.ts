import type { Page } from '@playwright/test';

export interface State {
  name: string;
  scenario: string;
  to?: string;
  role?: string;
  /** What a person does until the state is there. */
  act?: (page: Page) => Promise<void>;
}

const press = (keys: string) => async (page: Page) => {
  await page.locator('[data-control]').first().waitFor();
  await page.keyboard.press(keys);
  await page.waitForTimeout(400);
};

/** Tries microphone and sound, so that Available may be chosen. */
export async function passCheck(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Play ring tone|着信音を鳴らす|Pláý/ }).click();
}

/** Brings a file to the page for importing flows. */
const importFlow = (text: string) => async (page: Page) => {
  await page.locator('input[type=file]').setInputFiles({ name: 'flow.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.waitForTimeout(500);
};

export const STATES: State[] = [
  { name: 'sign-in', scenario: 'signed-out', to: '/signin' },
  {
    name: 'sign-in-wrong',
    scenario: 'signed-out',
    to: '/signin',
    act: async (page) => {
      await page.locator('input[name=username]').fill('aki');
      await page.locator('input[name=password]').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').filter({ hasText: /\S/ }).first().waitFor();
    },
  },
  { name: 'setup', scenario: 'signed-out', to: '/setup/abc' },
  { name: 'setup-over', scenario: 'signed-out', to: '/setup/over' },
  { name: 'choose-device', scenario: 'choose-device' },
  { name: 'no-team', scenario: 'no-team' },
  { name: 'no-agent', scenario: 'no-agent' },
  { name: 'idle-check', scenario: 'idle' },
  { name: 'idle-ready', scenario: 'idle', act: passCheck },
  { name: 'phone', scenario: 'phone' },
  { name: 'available', scenario: 'available', act: passCheck },
  { name: 'available-empty', scenario: 'empty', act: passCheck },
  { name: 'offered', scenario: 'offered' },
  { name: 'offered-unknown', scenario: 'offered-unknown' },
  { name: 'dialling', scenario: 'dialling' },
  { name: 'answered', scenario: 'answered' },
  { name: 'pop-blocked', scenario: 'pop' },
  // Two tries come before it is said.
  { name: 'history-fails', scenario: 'history-fails', act: (page) => page.waitForTimeout(4_500) },
  {
    name: 'stale',
    scenario: 'stale',
    act: async (page) => {
      await page.getByRole('textbox', { name: /Notes|メモ/ }).fill('4411');
      await page.keyboard.press('Control+s');
      await page.waitForTimeout(500);
    },
  },
  { name: 'on-hold', scenario: 'on-hold' },
  { name: 'consulting', scenario: 'consulting' },
  { name: 'consult-rings', scenario: 'consult-rings' },
  { name: 'conference', scenario: 'conference' },
  { name: 'wrap-up', scenario: 'wrap-up' },
  { name: 'rona', scenario: 'rona', act: passCheck },
  { name: 'lost', scenario: 'lost', act: (page) => page.waitForTimeout(3_500) },
  { name: 'elsewhere', scenario: 'elsewhere' },
  { name: 'picker', scenario: 'answered', act: press('Control+Alt+c') },
  { name: 'keypad', scenario: 'answered', act: press('Control+Alt+k') },
  { name: 'state-list', scenario: 'answered', act: press('Control+Alt+Digit2') },
  { name: 'end-asks', scenario: 'on-hold', act: press('Control+Alt+e') },
  { name: 'palette', scenario: 'answered', act: press('Control+k') },
  { name: 'shortcuts', scenario: 'answered', act: press('Control+Alt+/') },
  { name: 'session-ended', scenario: 'session-ended', act: press('Control+Alt+c') },
  {
    name: 'outdial',
    scenario: 'phone',
    act: async (page) => {
      await page.getByRole('button', { name: /Outdial|発信|Óútdíál/ }).click();
      await page.waitForTimeout(300);
    },
  },
  { name: 'history', scenario: 'phone', to: '/agent/history' },
  { name: 'history-empty', scenario: 'empty', to: '/agent/history' },
  { name: 'contact', scenario: 'phone', to: '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a' },
  {
    name: 'contact-step',
    scenario: 'phone',
    to: '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a',
    act: (page) => page.getByRole('button', { name: /LoyaltyStatus/ }).click(),
  },
  { name: 'contact-variables', scenario: 'phone', to: '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a?tab=variables' },
  { name: 'contact-events', scenario: 'phone', to: '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a?tab=events' },
  { name: 'contact-raw', scenario: 'phone', to: '/contacts/01934f2a-7c1e-7d02-9a41-5b1c2e907f3a?tab=raw' },
  { name: 'contact-denied', scenario: 'phone', to: '/contacts/denied' },
  { name: 'contact-missing', scenario: 'phone', to: '/contacts/missing' },
  { name: 'account', scenario: 'idle', to: '/account' },
  { name: 'home', scenario: 'idle', role: 'administrator', to: '/' },
  { name: 'home-ready', scenario: 'ready', role: 'administrator', to: '/' },
  { name: 'start-denied', scenario: 'phone', to: '/start' },
  { name: 'start-salesforce', scenario: 'idle', role: 'administrator', to: '/start' },
  {
    name: 'start-sandbox-tested',
    scenario: 'idle',
    role: 'administrator',
    to: '/start/salesforce',
    act: async (page) => {
      await page.getByRole('button', { name: /Test connection|接続テスト|Tést/ }).click();
      await page.getByRole('list').last().waitFor();
    },
  },
  {
    name: 'start-own-refused',
    scenario: 'idle',
    role: 'administrator',
    to: '/start/salesforce',
    act: async (page) => {
      await page.getByRole('radio').nth(1).click();
      await page.getByPlaceholder('https://acme.my.salesforce.com').fill('acme.lightning.force.com');
      await page.getByLabel(/^(Consumer key|コンシューマー鍵|Çóñsúmér kéý)/).fill('3MVG9');
      await page.getByLabel(/^(Consumer secret|コンシューマーの秘密|Çóñsúmér séçrét)/).fill('wrong');
      await page.getByRole('button', { name: /Test connection|接続テスト|Tést/ }).click();
      await page.getByText(/invalid_client_id/).waitFor();
    },
  },
  {
    name: 'start-own-empty',
    scenario: 'idle',
    role: 'administrator',
    to: '/start/salesforce',
    act: async (page) => {
      await page.getByRole('radio').nth(1).click();
      await page.getByRole('button', { name: /Save and continue|保存して次へ|Sávé/ }).click();
    },
  },
  { name: 'start-flow', scenario: 'idle', role: 'administrator', to: '/start/flow' },
  { name: 'start-flow-findings', scenario: 'ready', role: 'administrator', to: '/start/flow', act: importFlow('{"name": "x"}') },
  { name: 'start-flow-clean', scenario: 'idle', role: 'administrator', to: '/start/flow', act: importFlow('{"name": "clean"}') },
  { name: 'start-not-a-flow', scenario: 'idle', role: 'administrator', to: '/start/flow', act: importFlow('nothing') },
  { name: 'start-queue-early', scenario: 'idle', role: 'administrator', to: '/start/queue' },
  {
    name: 'start-queue',
    scenario: 'idle',
    role: 'administrator',
    to: '/start/flow',
    act: async (page) => {
      await importFlow('{"name": "clean"}')(page);
      await page.getByRole('button', { name: /Use version|使って次へ|Úsé/ }).click();
      await page.getByRole('textbox').last().waitFor();
    },
  },
  { name: 'start-done', scenario: 'ready', role: 'administrator', to: '/start/done' },
  { name: 'contacts', scenario: 'idle', role: 'administrator', to: '/contacts' },
  { name: 'try', scenario: 'available', to: '/try' },
  {
    name: 'try-call',
    scenario: 'offered',
    to: '/try',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Call|電話をかける|Çáll~*)$/ }).click();
      await page.waitForTimeout(800);
    },
  },
  {
    name: 'try-over',
    scenario: 'wrap-up',
    to: '/try',
    act: async (page) => {
      await page.getByRole('button', { name: /^(Call|電話をかける|Çáll~*)$/ }).click();
      await page.getByRole('button', { name: /^(Hang up|電話を切る|Háñg úp~*)$/ }).click();
      await page.waitForTimeout(1_200);
    },
  },
  { name: 'floating-offer', scenario: 'offered', to: '/account' },
];
