// Adds up the JavaScript that /agent loads and fails above the limit.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const LIMIT = 350 * 1024;
const DIST = fileURLToPath(new URL('../dist/', import.meta.url));
const manifest = JSON.parse(readFileSync(`${DIST}.vite/manifest.json`, 'utf8'));

// What the desktop imports lazily but always needs: its own page and one catalogue.
const ENTRIES = ['index.html', 'src/desk/DeskPage.tsx', 'virtual:catalogue/ja'];

const seen = new Set();
function visit(key) {
  if (seen.has(key)) return;
  if (!manifest[key]) throw new Error(`the build has no ${key}; name the entries in check-size.mjs anew`);
  seen.add(key);
  manifest[key].imports?.forEach(visit);
}
const find = (name) => Object.keys(manifest).find((key) => key.endsWith(name)) ?? name;
ENTRIES.map(find).forEach(visit);

const sizes = [...seen].map((key) => [gzipSync(readFileSync(DIST + manifest[key].file)).length, manifest[key].file]);
const total = sizes.reduce((sum, [bytes]) => sum + bytes, 0);
for (const [bytes, file] of sizes.sort((a, b) => b[0] - a[0])) console.log(`${(bytes / 1024).toFixed(1).padStart(8)} KB  ${file}`);
console.log(`${(total / 1024).toFixed(1).padStart(8)} KB  gzip for /agent, limit ${LIMIT / 1024} KB`);
if (total > LIMIT) process.exit(1);
