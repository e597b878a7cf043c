import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../core/exit.ts';
import { aborted, wait } from '../../core/wait.ts';
import type { Agent, AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import { childEnvironment, whereabouts } from '../shared/environment.ts';
import { findProgram } from '../shared/which.ts';
import { AcpProcess } from './acpProcess.ts';
import { AcpTurn, CANCEL_GRACE_MS, explain } from './acpTurn.ts';
import type { AcpOptions } from './options.ts';
import { Pool } from './pool.ts';
import { PRESETS } from './presets.ts';
import { modelsOf } from './session.ts';

const CLIENT_VERSION = '1';
const SHARED = 'shared';

/**
 * Any agent that speaks the Agent Client Protocol, version 1, over its standard input and output
 * (https://agentclientprotocol.com). Its process is kept warm between turns; its own session is saved
 * and loaded again after a restart, or told the conversation anew where it cannot load.
 *
 * The protocol takes no text into a running turn: it can be steered only where it has an extension for it.
 * @throws ConfigError when `env` names a variable of the gateway.
 */
export function createAcpAgent(
  options: AcpOptions,
  deps: AgentDeps & { readonly name?: string },
): Agent {
  const name = deps.name ?? 'acp';
  const what = `agents.${name}`;
  const env = childEnvironment(deps.env, options.env, what);
  const words: readonly string[] =
    options.command ?? (options.preset === undefined ? [] : PRESETS[options.preset]);
  const closing = new AbortController();
  const running = new Set<Promise<AgentResult>>();
  let models: readonly string[] = [];
  let steers = false;
  const pool = new Pool(
    (key) => launch(key),
    {
      maxProcesses: options.max_processes,
      idleSeconds: options.idle_timeout,
      maxMemory: options.max_memory,
    },
    deps,
  );
  const keyOf = (session: string) => (options.process === 'shared' ? SHARED : session);

  /** The folder a session works in, made if absent. A path of the configuration has to exist. */
  async function folderOf(session: string): Promise<string> {
    if (options.cwd !== 'session' && options.cwd !== 'shared') {
      return realpath(resolve(deps.configDir ?? process.cwd(), options.cwd)).catch(() => {
        throw new ConfigError(`${what}.cwd: there is no folder ${options.cwd}; make it first`);
      });
    }
    const hash = createHash('sha256').update(session).digest('hex').slice(0, 16);
    const folder = join(deps.home, 'work', name, options.cwd === 'shared' ? SHARED : hash);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    return realpath(folder);
  }

  async function launch(key: string): Promise<AcpProcess> {
    const cwd = await folderOf(key);
    const program = await findProgram(words[0] as string, { cwd, path: env.PATH, what });
    const session = key === SHARED ? {} : { session: key };
    const where = whereabouts({ home: deps.home, ...session });
    const child = new AcpProcess(
      { command: [program, ...words.slice(1)], cwd, env: { ...env, ...where } },
      options,
      deps,
    );
    const stop = () => void child.end('SIGTERM');
    closing.signal.addEventListener('abort', stop, { once: true });
    void child.group.over.then(() => closing.signal.removeEventListener('abort', stop));
    try {
      await child.initialize(CLIENT_VERSION);
      return child;
    } catch (error) {
      void child.end('SIGTERM');
      throw error;
    }
  }

  async function turn(
    input: TurnInput,
    sink: TurnSink,
    signal: AbortSignal,
    begun: (turn: AcpTurn) => void,
  ): Promise<AgentResult> {
    let current: AcpTurn | undefined;
    let giveBack = () => {};
    try {
      // A start that takes long is not waited for by a turn that was aborted.
      const taking = pool.take(keyOf(input.session), signal);
      const taken = await Promise.race([taking, aborted(signal)]);
      if (taken === undefined) {
        taking.then(
          (late) => late.giveBack(),
          () => {},
        );
        return { end: 'cancelled', text: '' };
      }
      giveBack = taken.giveBack;
      const world = { name, options, deps, cwd: await folderOf(input.session) };
      steers = taken.process.steers;
      current = new AcpTurn(world, taken.process, input, sink, signal);
      begun(current);
      const result = await Promise.race([current.run(), afterAbort(signal)]);
      if (result === undefined) {
        // It does not even open a session.
        taken.process.retired = true;
        if (options.process === 'session') void taken.process.end('SIGTERM');
        return { end: 'cancelled', text: current.updates.text };
      }
      for (const { configOptions } of taken.process.sessions.values()) {
        models = modelsOf(configOptions).names;
      }
      return result;
    } catch (error) {
      const text = current?.updates.text ?? '';
      if (signal.aborted) return { end: 'cancelled', text };
      const message = error instanceof ConfigError ? error.message : explained(error);
      deps.log.warn({ agent: name, turn: input.turn, error: message }, 'agent turn failed');
      return { end: 'failed', text, error: message };
    } finally {
      giveBack();
    }
  }

  async function afterAbort(signal: AbortSignal): Promise<undefined> {
    await aborted(signal);
    await wait(deps.clock, CANCEL_GRACE_MS * 1.25, new AbortController().signal);
  }

  function explained(error: unknown): string {
    return `The agent "${words.join(' ')}" could not do this: ${explain(error)}. The log has more.`;
  }

  return {
    name,
    affinity: options.affinity,
    capabilities: {
      /** Known once a process has said so. */
      get steer() {
        return steers;
      },
      resume: true,
      images: deps.readFile !== undefined,
      files: deps.readFile !== undefined,
    },
    async models() {
      return models;
    },
    async probe(signal) {
      const key = options.process === 'shared' ? SHARED : 'probe';
      const taking = pool.take(key, signal);
      try {
        const taken = await Promise.race([taking, aborted(signal)]);
        signal.throwIfAborted();
        taken?.giveBack();
      } catch (error) {
        taking.then(
          (late) => late.giveBack(),
          () => {},
        );
        throw error instanceof ConfigError ? error : new ConfigError(explained(error));
      }
      if (options.process === 'session') await pool.end(key);
    },
    start(input, sink, signal) {
      let current: AcpTurn | undefined;
      const begun = (turn: AcpTurn) => {
        current = turn;
      };
      const result = turn(input, sink, AbortSignal.any([signal, closing.signal]), begun);
      running.add(result);
      void result.then(() => running.delete(result));
      return { result, steer: async (text) => (await current?.steer(text)) ?? false };
    },
    async endSession(session) {
      if (options.process === 'session') await pool.end(session);
    },
    async close() {
      closing.abort();
      await Promise.all(running);
      await pool.close();
    },
  };
}
