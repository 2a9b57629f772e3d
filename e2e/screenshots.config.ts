import { defineConfig } from '@playwright/test';
import base from '../playwright.config';

/** `npm run screenshots`: the README's pictures, from the same processes and invented data. */
export default defineConfig(base, {
  testDir: '.',
  testIgnore: [],
  testMatch: 'screenshots.spec.ts',
  outputDir: '../test-results/screenshots',
  globalSetup: '../scripts/vitest-build.ts',
  workers: 1,
});
