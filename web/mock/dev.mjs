// `npm run dev`: the mock and Vite together; with TRUNKLINE_SERVER=http://… Vite alone, before a real server.
import { createServer } from 'vite';

if (!process.env.TRUNKLINE_SERVER) await import('./main.mjs');
const vite = await createServer();
await vite.listen();
vite.printUrls();
