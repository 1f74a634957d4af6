// Makes src/api/schema.d.ts from the OpenAPI document.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import openapiTS, { astToString } from 'openapi-typescript';

export const TYPES = fileURLToPath(new URL('../src/api/schema.d.ts', import.meta.url));
const DOCUMENT = new URL('../../docs/api/openapi.json', import.meta.url);
const HEAD = '// Made from docs/api/openapi.json by `npm run schema`; not edited by hand.\n\n';

/** The types as text. A schema that the document refers to and does not have is `unknown`. */
export async function types() {
  const document = JSON.parse(readFileSync(DOCUMENT, 'utf8'));
  const { schemas } = document.components;
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    if (name in schemas) continue;
    console.warn(`openapi.json refers to ${name}, which it does not have`);
    schemas[name] = {};
  }
  // Names of operations are of no use here; two of them may be equal.
  for (const operations of Object.values(document.paths)) {
    for (const operation of Object.values(operations)) delete operation.operationId;
  }
  return HEAD + astToString(await openapiTS(document));
}
