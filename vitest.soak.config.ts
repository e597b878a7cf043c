import { defineConfig } from 'vitest/config';
import { COMPILED } from './vitest.config.ts';

export default defineConfig({
  test: {
    include: ['tests/soak/**/*.soak.ts', 'tests/service/*.real.ts'],
    testTimeout: 4 * 3_600_000,
    hookTimeout: 60_000,
    fileParallelism: false,
    env: COMPILED,
  },
});
