import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

import { catalogues } from './scripts/catalogues.mjs';

const server = process.env.TRUNKLINE_SERVER ?? 'http://127.0.0.1:8099';

export default defineConfig({
  plugins: [react(), catalogues()],
  build: {
    target: 'es2022',
    // Fonts in the style sheet would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    manifest: true,
    modulePreload: { polyfill: false },
  },
  worker: { format: 'es' },
  server: {
    proxy: {
      '/api': { target: server, ws: true },
      '/mock': { target: server },
    },
  },
  test: {
    environment: 'jsdom',
    include: ['src/**/*.test.{ts,tsx}'],
    setupFiles: ['src/test-setup.ts'],
    css: false,
  },
});
