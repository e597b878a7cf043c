import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { leftOut } from './tests/harness/needs.ts';

/** Compiled modules of the workers and processes that tests start: each starts in half the time. */
export const COMPILED = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/sluice-tests', import.meta.url)),
};

const { exclude, says } = leftOut();
if (says !== undefined && process.env.VITEST_WORKER_ID === undefined) console.warn(says);

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    // Of several machines: minutes, and beside the other tests of the shared journal (vitest.postgres.config.ts).
    exclude: ['tests/soak/**', 'tests/fleet/**', ...exclude],
    // A folder that was asked for and is left out whole is no failure.
    passWithNoTests: says !== undefined,
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
