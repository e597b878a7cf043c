import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/soak/**'],
    testTimeout: 30_000,
    // Tests with real processes share two noisy cores in CI; one that needed its second try is still
    // named in the report, and locally every failure counts.
    retry: process.env.CI ? 1 : 0,
    hookTimeout: 30_000,
    // Most tests wait for processes: more files than cores keep the cores busy.
    maxWorkers: 4,
    coverage: { provider: 'v8', include: ['gateway/**', 'scripts/**'] },
  },
});
