import { defineConfig } from 'vitest/config';
import { COMPILED } from './vitest.config.ts';

// Agents that others wrote, installed from npm at their first run: `npx vitest run --config vitest.real.config.ts`.
export default defineConfig({
  test: {
    include: ['tests/agents/real/**/*.real.ts'],
    testTimeout: 120_000,
    env: COMPILED,
    hookTimeout: 300_000,
    fileParallelism: false,
    retry: process.env.CI ? 1 : 0,
  },
});
