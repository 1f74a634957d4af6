import { writeFileSync } from 'node:fs';

import { TYPES, types } from './schema.mjs';

writeFileSync(TYPES, await types());
