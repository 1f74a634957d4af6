// Every button, link, tab and switch that the tests have seen was used by one of them.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from '@playwright/test';

import { notesFolder, type Note } from './controls.js';

/** What no test can use, and why. */
const NOT_USED: Record<string, string> = {};

// eslint-disable-next-line no-empty-pattern -- Playwright reads from the braces what a test needs.
test('every control that the tests have seen was used by one of them', ({}, info) => {
  const folder = notesFolder(info);
  const files = existsSync(folder) ? readdirSync(folder) : [];
  const used = new Map<string, boolean>();
  const examples = new Map<string, string>();
  for (const file of files) {
    for (const [control, { isUsed, example }] of JSON.parse(readFileSync(join(folder, file), 'utf8')) as Note[]) {
      used.set(control, isUsed || used.get(control) === true);
      examples.set(control, example);
    }
  }
  const unused = [...used].filter(([control, isUsed]) => !isUsed && !(control in NOT_USED)).map(([control]) => `${control}, as ${examples.get(control)}`);
  console.log(`${used.size} controls were seen in ${files.length} tests`);
  expect(unused.sort()).toEqual([]);
  const needless = Object.keys(NOT_USED).filter((control) => used.get(control) !== false);
  expect(needless, 'controls that need no exception any more').toEqual([]);
});
