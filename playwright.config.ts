import { defineConfig } from '@playwright/test';
import { findChromium } from './scripts/find-chromium.mjs';

/**
 * Browser tests: each starts the real processes from out/ on loopback with a data folder of its
 * own. No retries: a test that passes on the second try has found something.
 */
export default defineConfig({
  testDir: 'e2e',
  testMatch: '**/*.spec.ts',
  testIgnore: ['screenshots.spec.ts'],
  // Of its own for `npm test`, which a run by hand beside it must not sweep away.
  outputDir: process.env['COUNTS_FILE'] === undefined ? 'test-results/by-hand' : 'test-results/npm-test',
  timeout: 90_000,
  expect: { timeout: 10_000 },
  workers: 2,
  retries: 0,
  forbidOnly: true,
  reporter: [['list']],
  globalSetup: './scripts/vitest-build.ts',
  use: {
    browserName: 'chromium',
    headless: true,
    locale: 'en-GB',
    timezoneId: 'UTC',
    viewport: { width: 1440, height: 900 },
    trace: 'retain-on-failure',
    launchOptions: { executablePath: await findChromium() },
  },
});
