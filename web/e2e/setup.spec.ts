// The first start as a newcomer has it: the link, the practice Salesforce, a flow, its queue and number; then a
// call reaches the person who did it.

import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test as base } from '@playwright/test';

import { audit } from './axe.js';
import { Caller } from './caller.js';
import { ControlNotes } from './controls.js';
import { freePort } from './place.js';
import { object, Program } from './program.js';

const EXAMPLE = fileURLToPath(new URL('../../flows/salesforce-data-dip/', import.meta.url));

/** Music that the flow names and nobody has uploaded yet: a tone that can be told from all else. */
const MUSIC = { file: 'harbor.wav', hz: 523 };

/** Ten seconds of a tone as a studio would deliver it: no telephone plays it as it is. */
function studioTone(hz: number): Buffer {
  const [rate, seconds, channels] = [44_100, 10, 2];
  const [samples, bytes] = [rate * seconds, rate * seconds * channels * 2];
  const wav = Buffer.alloc(44 + bytes);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + bytes, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(channels, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * channels * 2, 28);
  wav.writeUInt16LE(channels * 2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(bytes, 40);
  for (let at = 0; at < samples * channels; at += 1) {
    const time = Math.floor(at / channels) / rate;
    wav.writeInt16LE(Math.round(8_000 * Math.sin(2 * Math.PI * hz * time)), 44 + at * 2);
  }
  return wav;
}

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

  const flow = join(folder, 'flow.json');
  writeFileSync(flow, readFileSync(join(EXAMPLE, 'flow.json'), 'utf8').replaceAll('defaultmusic_on_hold.wav', MUSIC.file));
  const version = page.getByRole('heading', { name: /Salesforce data dip, version 1/ });
  const give = async (button: string, file: string) => {
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: button }).click();
    await (await chooser).setFiles(file);
  };
  const choose = async () => {
    await give('Choose a file', flow);
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
  const audio = page.getByRole('group', { name: 'Audio files' });
  const noAudio = join(folder, 'notes.wav');
  writeFileSync(noAudio, 'these are notes');
  await give(`Choose a file for ${MUSIC.file}`, noAudio);
  await expect(audio.getByRole('alert')).toBeVisible();
  const studio = join(folder, MUSIC.file);
  writeFileSync(studio, studioTone(MUSIC.hz));
  await give(`Choose a file for ${MUSIC.file}`, studio);
  await expect(audio.getByText(`${MUSIC.file} is uploaded.`)).toBeVisible({ timeout: 20_000 });
  await expect(audio.getByRole('alert')).toBeHidden();
  await page.getByRole('button', { name: `Listen to ${MUSIC.file}` }).click();
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
  const heard = join(folder, 'heard.wav');
  const call = ['call', `sip:+12025550100@127.0.0.1:${sip}`, '--from', '+12025550142', '--record', heard];
  const caller = new Caller(begin(...call, '--tone', '440', '--after', '40', '--json'), heard);
  const answer = page.getByRole('button', { name: 'Answer', exact: true });
  await answer.waitFor({ timeout: 40_000 });
  // The caller waits, and hears what was uploaded.
  await page.waitForTimeout(2_000);
  const waiting = Date.now() - 700;
  await answer.click();
  await expect(page.getByRole('heading', { name: 'Ann Novak' })).toBeVisible();
  await page.getByRole('button', { name: 'End', exact: true }).click();
  await caller.ended();
  expect(caller.shareOf(MUSIC.hz, waiting)).toBeGreaterThan(0.9);
});
