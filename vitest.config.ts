import { defineConfig } from 'vitest/config';

/**
 * `unit`: pure code and code that touches only the disk. `process`: starts the built processes
 * (host, helpdesk), so it builds first. Browser tests are Playwright's, in e2e/.
 */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  define: { __BUILD_ID__: '"test"' },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['{shared,electron,renderer,scripts,resources,bench,check,e2e}/**/*.test.{ts,tsx}'],
          exclude: ['**/*.process.test.ts', '**/node_modules/**'],
          // A busy machine is no failure: this ends only what hangs.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'process',
          include: ['{electron,e2e}/**/*.process.test.ts'],
          globalSetup: ['./scripts/vitest-build.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
