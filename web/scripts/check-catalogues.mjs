// Fails when the catalogues differ, when a message is used by nobody, or when a file is too long or
// a colour is written outside the token file.
import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { mistakes, read } from './catalogues.mjs';

const SOURCE = fileURLToPath(new URL('../src', import.meta.url));
const MAX_LINES = 300;
const COLOUR = /#[0-9a-f]{3,8}\b|\b(?:rgb|hsl|oklch|lab)a?\(/i;

const files = readdirSync(SOURCE, { recursive: true })
  .map((name) => join(SOURCE, String(name)))
  .filter((name) => ['.ts', '.tsx', '.css'].includes(extname(name)) && !name.endsWith('schema.d.ts'));
const texts = new Map(files.map((name) => [name, readFileSync(name, 'utf8')]));

const found = mistakes();
const all = [...texts.values()].join('\n');
for (const key of Object.keys(read('en'))) {
  // Families of keys are put together from a prefix and a word of the server's: `path.${kind}`.
  const family = `\`${key.slice(0, key.lastIndexOf('.') + 1)}\${`;
  if (!all.includes(`'${key}'`) && !all.includes(family)) found.push(`en.json: ${key} is used nowhere`);
}
for (const [name, text] of texts) {
  const lines = text.split('\n').length;
  if (lines > MAX_LINES && !name.endsWith('tokens.css')) found.push(`${name}: ${lines} lines, more than ${MAX_LINES}`);
  if (extname(name) === '.css' && !name.endsWith('tokens.css')) {
    text.split('\n').forEach((line, at) => {
      if (COLOUR.test(line)) found.push(`${name}:${at + 1}: a colour outside tokens.css`);
    });
  }
}
if (found.length > 0) {
  console.error(found.join('\n'));
  process.exit(1);
}
console.log(`catalogues: ${Object.keys(read('en')).length} messages, equal in all languages`);
