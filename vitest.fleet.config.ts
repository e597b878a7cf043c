import { defineConfig } from 'vitest/config';
import { leftOut } from './tests/harness/needs.ts';
import { COMPILED } from './vitest.config.ts';

const { exclude, says } = leftOut();

// Several machines on one PostgreSQL, in network namespaces (as root):
// `npx vitest run --config vitest.fleet.config.ts`.
export default defineConfig({
  test: {
    include: ['tests/fleet/*.fleet.ts'],
    exclude: [...exclude],
    passWithNoTests: says !== undefined,
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    retry: process.env.CI ? 1 : 0,
    env: COMPILED,
  },
});
