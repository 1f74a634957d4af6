// Fails when the lock file names the host of a registry.
import { readFileSync } from 'node:fs';

const lock = readFileSync(new URL('../package-lock.json', import.meta.url), 'utf8');
const named = lock.split('\n').filter((line) => line.includes('"resolved"'));
if (named.length > 0) {
  console.error(`package-lock.json names hosts in ${named.length} places:\n${named.slice(0, 3).join('\n')}`);
  process.exit(1);
}
console.log('lock file: names no host');
