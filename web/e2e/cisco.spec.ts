// The flow that Webex publishes for Salesforce, after `flow check --fix`: the record opens, and its
// comment is on the Case. The export is somebody else's file and no part of this project.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { expect, test as base } from './fixtures.js';
import { NUMBERS } from './place.js';
import { Program } from './program.js';

const NAME = 'Salesforce_HTTP_Connector_Flow.json';
const EXPORT = process.env.TRUNKLINE_CORPUS ? join(process.env.TRUNKLINE_CORPUS, NAME) : fileURLToPath(new URL(`../../../shared/conformance/flows/${NAME}`, import.meta.url));
const [ACCOUNT, CONTACT, CASE] = ['0015g00000HbAccAAF', '0035g00000HbConAAF', '5005g00000HbCasAAF'];
const PHONE = '4806754111';

const test = base.extend({
  // Playwright reads from the braces what a fixture needs.
  // eslint-disable-next-line no-empty-pattern
  settings: async ({}, use, info) => {
    const file = info.outputPath('flow.json');
    // Not a copy of the file, which may be read-only.
    writeFileSync(file, readFileSync(EXPORT));
    const fix = new Program('flow', 'check', '--fix', file);
    await fix.said((line) => (line.includes('fixed:') ? line : undefined));
    await fix.ended();
    await use({
      flow: { file, name: 'Salesforce_HTTP_Connector_Flow', connector: '9b04cc45-e715-45e4-a568-4635a88494f9', queue: '147a5615-baf0-4325-8a26-d8c96c2ee7b3' },
      records: {
        Account: [{ Id: ACCOUNT, Name: 'Novak Cycles', Phone: PHONE }],
        Contact: [{ Id: CONTACT, FirstName: 'Ann', LastName: 'Novak', AccountId: ACCOUNT, Phone: PHONE }],
        Case: [{ Id: CASE, CaseNumber: '00001042', ContactId: CONTACT, AccountId: ACCOUNT, Subject: 'No brakes', Priority: 'High' }],
      },
    });
  },
});

test.skip(!existsSync(EXPORT), `${EXPORT} is not there; TRUNKLINE_CORPUS names its folder`);

test("Webex's own export, repaired: the account opens, and its comment is on the Case", async ({ centre, desks }) => {
  const maria = await desks.open('maria');
  const { page } = maria;
  await maria.goAvailable();
  const caller = centre.dial(NUMBERS.dataDip, `+1${PHONE}`, '--tone', '440', '--after', '60');
  const popped = page.context().waitForEvent('page', { timeout: 60_000 });
  await maria.answer();
  await expect.poll(async () => (await popped).url()).toContain(`lightning.force.com/lightning/r/Account/${ACCOUNT}/view`);
  await expect(page.getByText('00001042').first()).toBeVisible();
  await maria.press('end');
  await caller.ended();
  await maria.finish();
  await expect.poll(() => centre.comments(CASE), { timeout: 20_000 }).toHaveLength(1);
  expect((await centre.comments(CASE))[0]).toMatch(/^This was an update by the WebexCC Demo via Flow Designer at \S+/);
});
