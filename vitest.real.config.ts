import { defineConfig } from 'vitest/config';

// Agents that others wrote, installed from npm at their first run: `npx vitest run --config vitest.real.config.ts`.
export default defineConfig({
  test: {
    include: ['tests/agents/real/**/*.real.ts'],
    testTimeout: 120_000,
    hookTimeout: 300_000,
    fileParallelism: false,
    retry: process.env.CI ? 1 : 0,
  },
});
