// The first steps, by keyboard alone: from the link to a centre that takes calls.
import { expect, test, type Page } from '@playwright/test';

const begin = (page: Page, scenario: string, to: string) => page.goto(`/mock/start?${new URLSearchParams({ scenario, lang: 'en', to, role: 'administrator' }).toString()}`);

interface Heard {
  requests: { method: string; address: string; body: Record<string, unknown> }[];
}
const heard = async (page: Page) => ((await (await page.request.get('/mock/heard')).json()) as Heard).requests;

/** Tab until something with this name has the focus. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let steps = 0; steps < 60; steps += 1) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate(() => {
      const element = document.activeElement as HTMLInputElement | null;
      const labels = Array.from(element?.labels ?? []).map((one) => one.textContent);
      return [element?.getAttribute('aria-label'), ...labels, element?.textContent].filter(Boolean).join(' ');
    });
    if (name.test(label)) return;
  }
  throw new Error(`Tab does not come to ${String(name)}`);
}

test('setup by keyboard alone: test, save, import, supply, number, desktop', async ({ page }) => {
  await begin(page, 'idle', '/start');
  await expect(page).toHaveURL(/\/start\/salesforce$/);
  await tabTo(page, /Test connection/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'Result of the test' }).getByText('The connection works.')).toBeVisible();
  await tabTo(page, /Save and continue/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/start\/flow$/);
  await expect(page.getByRole('heading', { name: 'Import a flow' })).toBeFocused();

  // Listened for before: to begin takes the browser a moment.
  const chooser = page.waitForEvent('filechooser');
  await tabTo(page, /^Choose a file/);
  await page.keyboard.press('Enter');
  await (await chooser).setFiles({ name: 'flow.json', mimeType: 'application/json', buffer: Buffer.from('{"name": "dip"}') });
  await expect(page.getByText('1 error, 1 warning, 6 notes')).toBeVisible();
  await tabTo(page, /Show all 8/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('region', { name: 'What the checks found' }).getByRole('listitem')).toHaveCount(8);
  await tabTo(page, /Use version 1 and continue/);
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Choose its queue and number' })).toBeFocused();
  await tabTo(page, /^Number/);
  await page.keyboard.type('+1 202 555 01');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Type a telephone number')).toBeVisible();
  await page.keyboard.type('00');
  await expect(page.getByText('Calls arrive as +12025550100.')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Ready for the first call' })).toBeFocused();
  await expect(page.getByText('Your contact centre is ready for its first call.')).toBeVisible();
  await expect(page.getByText('Audio file: welcome-2026.wav')).toBeVisible();
  await tabTo(page, /Open the desktop/);
  await page.keyboard.press('Enter');
  await expect(page).toHaveURL(/\/agent$/);

  const puts = (await heard(page)).filter(({ method }) => method === 'PUT').map(({ address }) => address);
  expect(puts).toEqual([
    '/configuration/connector/salesforce',
    '/flows/f1/labels/Live',
    '/configuration/queue/q1',
    '/configuration/business_hours/office',
    '/configuration/entry_point/main-line',
    '/configuration/team/service-desk',
    '/configuration/agent/admin',
    '/users/01930000-0000-7000-8000-000000000001',
  ]);
});

test('an organisation: a refusal is said in words, a secret that is kept need not be typed again', async ({ page }) => {
  await begin(page, 'idle', '/start/salesforce');
  await page.getByRole('radio', { name: 'Our organisation' }).click();
  await page.getByLabel('Address of the organisation').fill('https://acme.lightning.force.com/lightning/page/home');
  await page.getByLabel('Consumer key').fill('3MVG9');
  await page.getByLabel('Consumer secret', { exact: true }).fill('wrong');
  await page.getByRole('button', { name: 'Test connection' }).click();
  const result = page.getByRole('region', { name: 'Result of the test' });
  await expect(result.getByText('Salesforce refuses the sign-in.')).toBeVisible();
  await expect(result.getByText('client identifier invalid')).toBeVisible();
  await page.getByLabel('Consumer secret', { exact: true }).fill('right');
  await expect(result).toBeHidden();
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(result.getByText('The connection works.')).toBeVisible();
  await page.getByRole('button', { name: 'Save and continue' }).click();
  const saved = (await heard(page)).find(({ method }) => method === 'PUT');
  expect(saved?.body).toMatchObject({ version: 0, value: { base_url: 'https://acme.my.salesforce.com', auth: { client_id: '3MVG9', client_secret: 'right' } } });
  await expect(page).toHaveURL(/\/start\/flow$/);
  await page.goBack();
  await expect(page.getByLabel('Consumer secret', { exact: true })).toHaveValue('');
  await expect(page.getByPlaceholder('Kept. Type to replace it.')).toBeVisible();
});

test('a file that is no flow, and a connector that takes the name that the flow uses', async ({ page }) => {
  await begin(page, 'ready', '/start/flow');
  await page.locator('input[type=file]').setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('hello') });
  await expect(page.getByRole('alert').filter({ hasText: 'This is not an export of a flow' })).toBeVisible();
  await begin(page, 'renamed', '/start/queue');
  const connector = page.getByRole('combobox', { name: /Connector “SFDC-Data-Dip”/ });
  await expect(connector).toHaveValue('Use “CRM”');
  await expect(page.getByText('It is renamed to “SFDC-Data-Dip”')).toBeVisible();
  await page.getByRole('button', { name: 'Save and finish' }).click();
  await expect(page.getByRole('heading', { name: 'Ready for the first call' })).toBeVisible();
  const renamed = (await heard(page)).find(({ address }) => address === '/configuration/connector/crm');
  expect(renamed?.body).toMatchObject({ version: 1, value: { id: 'crm', name: 'SFDC-Data-Dip' } });
});

test('an audio file that a flow plays is uploaded where it is missing', async ({ page }) => {
  await begin(page, 'ready', '/start/queue');
  const audio = page.getByRole('group', { name: 'Audio files' });
  await expect(audio.getByText('welcome-2026.wav, played by PlayGreeting')).toBeVisible();
  const input = audio.locator('input[type=file]');
  await input.setInputFiles({ name: 'picture.png', mimeType: 'image/png', buffer: Buffer.from('PNG') });
  await expect(audio.getByRole('alert')).toHaveText(/this is no WAV, MP3, FLAC or OGG Vorbis file/);
  await input.setInputFiles({ name: 'anything.wav', mimeType: 'audio/wav', buffer: Buffer.from('RIFF') });
  await expect(audio.getByText('welcome-2026.wav is uploaded.')).toBeVisible();
  await expect(audio.getByRole('button', { name: 'Listen to welcome-2026.wav' })).toBeVisible();
  await expect(audio.getByRole('alert')).toHaveCount(0);
  const put = (await heard(page)).filter(({ address }) => address === '/audio/welcome-2026.wav');
  expect(put).toHaveLength(2);
});

test('what a person typed stays when the server refuses it', async ({ page }) => {
  await begin(page, 'ready', '/start/queue');
  await page.getByLabel('Name of the entry point').fill('taken');
  await page.getByRole('button', { name: 'Save and finish' }).click();
  await expect(page.getByRole('alert').filter({ hasText: 'the name is taken' })).toBeVisible();
  await expect(page.getByLabel('Name of the entry point')).toHaveValue('taken');
});
