import { defineConfig } from 'vitest/config';
import { leftOut } from './tests/harness/needs.ts';
import { COMPILED } from './vitest.config.ts';

const { exclude, says } = leftOut();

// What others wrote, for real: agents, installed from npm at their first run (tests/agents/real), what
// GitHub publishes of its interfaces (tests/scripts/real), a
// terminal that tmux draws (tests/setup), and a systemd as process 1 of namespaces of its own (tests/service; as root):
// `npx vitest run --config vitest.real.config.ts FOLDER`.
export default defineConfig({
  test: {
    include: [
      'tests/agents/real/**/*.real.ts',
      'tests/platforms/real/*.real.ts',
      'tests/scripts/real/*.real.ts',
      'tests/service/*.real.ts',
      'tests/setup/*.real.ts',
    ],
    exclude: [...exclude],
    passWithNoTests: says !== undefined,
    testTimeout: 120_000,
    env: COMPILED,
    hookTimeout: 300_000,
    fileParallelism: false,
    retry: process.env.CI ? 1 : 0,
  },
});
