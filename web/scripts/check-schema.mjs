// Fails when src/api/schema.d.ts is not what the OpenAPI document gives.
import { readFileSync } from 'node:fs';

import { TYPES, types } from './schema.mjs';

if ((await types()) !== readFileSync(TYPES, 'utf8')) {
  console.error('src/api/schema.d.ts is out of date; run: npm run schema');
  process.exit(1);
}
console.log('schema: up to date');
