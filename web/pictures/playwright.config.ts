// Takes the pictures of docs/pictures: `npm run pictures`, after a build of the pages and the program.
import { defineConfig } from '@playwright/test';

import calls from '../e2e/playwright.config.js';

export default defineConfig({
  ...calls,
  testDir: '.',
  timeout: 180_000,
  retries: 0,
  use: { ...calls.use, viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' },
  webServer: {
    command: 'node mock/main.mjs',
    cwd: '..',
    env: { PORT: '8097' },
    url: 'http://127.0.0.1:8097/',
    reuseExistingServer: false,
  },
});
