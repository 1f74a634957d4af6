import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  // What takes minutes is run by `make e2e-long`.
  projects: process.env.E2E_LONG
    ? [{ name: 'long', testMatch: '*.long.ts' }]
    : [
        { name: 'calls', testMatch: '*.spec.ts' },
      ],
  outputDir: '../test-results',
  // Every test has a contact centre of its own, and two cores bear one at a time.
  workers: 1,
  timeout: 90_000,
  // Audio in real time on a machine that others use too: what fails twice is broken.
  retries: 1,
  reporter: [['line']],
  use: {
    locale: 'en-US',
    permissions: ['microphone'],
    viewport: { width: 1440, height: 900 },
    launchOptions: {
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
        '--use-fake-device-for-media-stream',
        '--use-fake-ui-for-media-stream',
        '--autoplay-policy=no-user-gesture-required',
      ],
    },
  },
});
