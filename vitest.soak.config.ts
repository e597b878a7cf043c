import { defineConfig } from 'vitest/config';
import { leftOut } from './tests/harness/needs.ts';
import { COMPILED } from './vitest.config.ts';

const { exclude, says } = leftOut();

export default defineConfig({
  test: {
    include: ['tests/soak/**/*.soak.ts', 'tests/service/*.real.ts'],
    exclude: [...exclude],
    passWithNoTests: says !== undefined,
    testTimeout: 4 * 3_600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    env: COMPILED,
  },
});
