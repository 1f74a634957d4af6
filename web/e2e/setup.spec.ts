// The first start as a newcomer has it: the link, the practice Salesforce, a flow, its queue and number; then a
// call reaches the person who did it.

import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test as base } from '@playwright/test';

import { audit } from './axe.js';
import { ControlNotes } from './controls.js';
import { freePort } from './place.js';
import { object, Program } from './program.js';

const EXAMPLE = fileURLToPath(new URL('../../flows/salesforce-data-dip/', import.meta.url));

interface Place {
  folder: string;
  begin: (...words: string[]) => Program;
}

const test = base.extend<{ place: Place }>({
  place: async ({ context }, use, info) => {
    const notes = new ControlNotes();
    await notes.watch(context);
    const folder = mkdtempSync(join(tmpdir(), 'trunkline-setup-'));
    const programs: Program[] = [];
    const begin = (...words: string[]) => {
      const program = new Program(...words);
      programs.push(program);
      return program;
    };
    await use({ folder, begin });
    notes.write(info);
    if (info.status !== info.expectedStatus) console.log(programs.map((one) => one.log.slice(-60).join('\n')).join('\n'));
    for (const program of programs.reverse()) await program.stop();
    rmSync(folder, { recursive: true, force: true });
  },
});

test('from the printed link to an answered call, with an empty contact centre', async ({ page, place: { folder, begin } }) => {
  copyFileSync(join(EXAMPLE, 'fixture.json'), join(folder, 'fixture.json'));
  const sandbox = begin('sandbox', '--listen', '127.0.0.1:0', '--quiet', '--fixture', join(folder, 'fixture.json'));
  const crm = await sandbox.said((line) => /http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0]);
  const [sip, http, web] = [await freePort(), await freePort(), await freePort()];
  writeFileSync(join(folder, 'tenant.yaml'), 'name: Harbor Bikes\ntime_zone: America/New_York\n');
  const config = join(folder, 'trunkline.toml');
  writeFileSync(
    config,
    `[sip]\nlisten = ['127.0.0.1:${sip}']\n[http]\nlisten = '127.0.0.1:${http}'\n[web]\nlisten = '127.0.0.1:${web}'\n` +
      `[[trunk]]\nname = 'lab'\nnetworks = ['127.0.0.0/8']\ntrusted_identity = true\n`,
  );
  const server = begin('serve', '--config', config, '--json');
  const { setup } = await server.said((line) => object(line)?.pages as { setup: string } | undefined);

  await page.goto(setup);
  await page.getByLabel('Your name').fill('Ada Lindqvist');
  await page.getByLabel('Sign-in name').fill('ada');
  await page.getByLabel('Password', { exact: true }).fill('harbour-bikes-2026');
  await page.getByLabel('Password again').fill('harbour-bikes-2026');
  await page.getByRole('button', { name: 'Create administrator' }).click();

  // Nothing has to be done now: every page can be left, and every step comes back.
  const steps = page.getByRole('navigation', { name: 'Steps' });
  await page.getByRole('heading', { name: 'Connect Salesforce' }).waitFor();
  await page.getByRole('link', { name: 'Home' }).click();
  await expect(page.getByRole('heading', { name: 'Welcome, Ada Lindqvist' })).toBeVisible();
  await page.getByRole('navigation').getByRole('link', { name: 'Setup' }).click();
  await page.getByRole('button', { name: 'Do this later' }).click();
  await expect(page.getByRole('heading', { name: 'Import a flow' })).toBeVisible();
  await steps.getByRole('link', { name: 'Connect Salesforce' }).click();
  await expect(page.getByRole('heading', { name: 'Connect Salesforce' })).toBeVisible();

  // The sandbox of this test has a port of its own, so that it is entered as an organisation would be.
  await page.getByRole('radio', { name: 'Our organisation' }).click();
  await audit(page, 'start/salesforce');
  await page.getByLabel('Address of the organisation').fill(crm);
  await page.getByLabel('Consumer key').fill('trunkline');
  const secret = page.getByLabel('Consumer secret', { exact: true });
  await secret.fill('wrong');
  await expect(secret).toHaveAttribute('type', 'password');
  await page.getByRole('button', { name: 'Show what is typed' }).click();
  await expect(secret).toHaveAttribute('type', 'text');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByText('Salesforce refuses the sign-in.')).toBeVisible({ timeout: 20_000 });
  await secret.fill('sandbox');
  await page.getByRole('button', { name: 'Test connection' }).click();
  await expect(page.getByRole('region', { name: 'Result of the test' }).getByText('The connection works.')).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Save and continue' }).click();

  const version = page.getByRole('heading', { name: /Salesforce data dip, version 1/ });
  const choose = async () => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Choose a file' }).click();
    await (await chooser).setFiles(join(EXAMPLE, 'flow.json'));
    await expect(version).toBeVisible({ timeout: 20_000 });
  };
  await choose();
  await page.getByRole('button', { name: 'Choose another file' }).click();
  await expect(version).toBeHidden();
  await choose();
  await audit(page, 'start/flow');
  await page.getByRole('button', { name: 'Use version 1 and continue' }).click();

  await expect(page.getByRole('combobox', { name: /Queue “Support”/ })).toBeVisible();
  await steps.getByRole('link', { name: 'Import a flow' }).click();
  await page.getByRole('button', { name: 'Continue', exact: true }).click();
  await expect(page.getByRole('combobox', { name: /Queue “Support”/ })).toBeVisible();
  await page.getByLabel('Number', { exact: true }).fill('+12025550100');
  await audit(page, 'start/queue');
  await page.getByRole('button', { name: 'Save and finish' }).click();
  await expect(page.getByText('Your contact centre is ready for its first call.')).toBeVisible({ timeout: 20_000 });
  await audit(page, 'start/done');
  await page.getByRole('link', { name: 'Try it' }).click();
  await expect(page.getByText('Nothing can be tried here')).toBeVisible();
  await page.goBack();
  await page.getByRole('link', { name: 'Open the desktop' }).click();

  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: 'Play ring tone' }).click();
  await page.getByRole('button', { name: 'Go Available' }).click();
  begin('call', `sip:+12025550100@127.0.0.1:${sip}`, '--from', '+12025550142', '--tone', '440', '--after', '40', '--json');
  await page.getByRole('button', { name: 'Answer', exact: true }).click({ timeout: 40_000 });
  await expect(page.getByRole('heading', { name: 'Ann Novak' })).toBeVisible();
  await page.getByRole('button', { name: 'End', exact: true }).click();
});
