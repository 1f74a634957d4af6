import { defineConfig } from '@playwright/test';

export default defineConfig({
  testDir: '.',
  // What takes minutes is run by `make e2e-long`.
  projects: [
    { name: 'calls', testMatch: '*.spec.ts' },
    ...(process.env.E2E_LONG
      ? [
          { name: 'long', testMatch: '*.long.ts' },
          // After all others: have they used everything that they saw?
          { name: 'controls', testMatch: 'controls.check.ts', dependencies: ['calls'], retries: 0 },
        ]
      : []),
  ],
  outputDir: '../test-results',
  // Every test has a contact centre of its own; most of the time they wait, so two at a time.
  fullyParallel: true,
  workers: 2,
  timeout: 90_000,
  // Audio in real time on a machine that others use too: what fails three times is broken.
  retries: 2,
  reporter: [['line']],
  use: {
    locale: 'en-US',
    // What is not there by then will not come; who waits for a call says so.
    actionTimeout: 20_000,
    navigationTimeout: 20_000,
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
