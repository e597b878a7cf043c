import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createAgent } from '../../agents/create.ts';
import type { AgentLog } from '../../agents/deps.ts';
import { systemClock } from '../../assembly/systemClock.ts';
import type { AgentOptions } from '../../config/schema.ts';
import { ConfigError } from '../../core/exit.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { type Finding, says } from '../finding.ts';
import { secretRefs } from '../secretRefs.ts';
import { shellLine } from '../shell.ts';

const LIMIT_MS = 6_000;
const silent: AgentLog = { debug() {}, info() {}, warn() {}, error() {} };

/** Each agent, by its own probe: could a turn start now? */
export const agentsCheck: Check = {
  name: 'agents',
  async examine(of) {
    const loaded = await of.loaded().catch(() => undefined);
    if (loaded === undefined) return [says('agents').skipped('the configuration cannot be read')];
    // What a probe leaves behind is not to be found in the home.
    const scratch = await mkdtemp(join(tmpdir(), 'sluice-doctor-'));
    try {
      // A key's file that is none would hold the process up, which reads it at once.
      for (const ref of secretRefs(loaded.config)) await of.secret(ref).catch(() => undefined);
      const agents = Object.entries(loaded.config.agents);
      return await Promise.all(
        agents.map(([name, options]) => probe(of, { name, options, scratch, file: loaded.file })),
      );
    } finally {
      await rm(scratch, { recursive: true, force: true }).catch(() => {});
    }
  },
};

interface Patient {
  readonly name: string;
  readonly options: AgentOptions;
  readonly scratch: string;
  readonly file: string | undefined;
}

async function probe(of: Examinee, { name, options, scratch, file }: Patient): Promise<Finding> {
  const { ok, problem, warning } = says(`agent/${name}`);
  const signal = AbortSignal.timeout(LIMIT_MS);
  const late = new Promise<'late'>((done) => signal.addEventListener('abort', () => done('late')));
  try {
    const agent = await createAgent(name, options as Parameters<typeof createAgent>[1], {
      clock: systemClock,
      log: silent,
      home: scratch,
      env: of.places.env,
      ...(file === undefined ? {} : { configDir: dirname(file) }),
    });
    try {
      const how = await Promise.race([agent.probe(signal), late]);
      if (how !== 'late') return ok(`${options.type}: ready`);
      const what = `${options.type}: not ready within ${LIMIT_MS / 1000} s`;
      return warning(what, tryItByHand(options));
    } finally {
      await Promise.race([agent.close(), new Promise((done) => setTimeout(done, 1_000))]);
    }
  } catch (error) {
    if (signal.aborted) {
      return warning(
        `${options.type}: not ready within ${LIMIT_MS / 1000} s`,
        tryItByHand(options),
      );
    }
    const what = error instanceof ConfigError ? error.message : (error as Error).message;
    return problem(what, tryItByHand(options));
  }
}

/** What shows, without the gateway, whether the thing itself works. */
function tryItByHand(options: AgentOptions): string {
  switch (options.type) {
    case 'chat':
      return shellLine('curl', '-sS', `${options.base_url.replace(/\/+$/, '')}/models`);
    case 'process':
      return shellLine('command', '-v', options.command[0] as string);
    case 'acp': {
      const words = options.command ?? [options.preset as string];
      return shellLine('command', '-v', words[0] as string);
    }
    case 'demo':
      return 'npm install --global sluice';
  }
}
