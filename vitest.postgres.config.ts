import { defineConfig } from 'vitest/config';
import { COMPILED } from './vitest.config.ts';

// What is promised of messages, turns, restarts and crashes, with the journal in PostgreSQL, on one machine and several:
// `npx vitest run --config vitest.postgres.config.ts [FOLDER]`.
export default defineConfig({
  test: {
    include: ['intake', 'turns', 'instance', 'crash', 'handover', 'fleet'].map(
      (f) => `tests/${f}/*.test.ts`,
    ),
    // Of the file in the home itself: its disk, its lock, its version, its neighbours.
    exclude: [
      'tests/instance/fullDisk.test.ts',
      'tests/instance/homeFiles.test.ts',
      'tests/handover/refused.test.ts',
    ],
    globalSetup: ['tests/harness/postgresSetup.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    retry: process.env.CI ? 1 : 0,
    maxWorkers: 3,
    env: COMPILED,
  },
});
