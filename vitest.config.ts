import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { chromiumPath } from './tests/harness/chromium.ts';

/** Compiled modules of the workers and processes that tests start: each starts in half the time. */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/sluice-tests', import.meta.url)),
};

/** Who has only npm and git runs everything but the page's tests; in CI these are never left out. */
const withoutBrowser = process.env.CI === undefined && chromiumPath() === undefined;
if (withoutBrowser && process.env.VITEST_WORKER_ID === undefined)
  console.warn('No Chromium on the PATH: tests/console, the tests of the page, are left out.\n');

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/soak/**', ...(withoutBrowser ? ['tests/console/**'] : [])],
    testTimeout: 30_000,
    // Tests with real processes share two noisy cores in CI; one that needed its second try is still
    // named in the report, and locally every failure counts.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 30_000,
    // Most tests wait for processes: more files than cores keep the cores busy.
    maxWorkers: 4,
    env: COMPILED,
    coverage: { provider: 'v8', include: ['gateway/**', 'scripts/**'] },
  },
});
