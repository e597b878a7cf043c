import { resolve } from 'node:path';
import type { Agent, AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import { childEnvironment, whereabouts } from '../shared/environment.ts';
import { findProgram } from '../shared/which.ts';
import type { ProcessOptions } from './options.ts';
import { ProcessRun } from './processRun.ts';

/**
 * An agent that is a program: started once for each turn, the message on its standard input, its reply
 * on its standard output (text, or one JSON event a line), its standard error in the log.
 *
 * A program can't be asked to wait until a step is on disk; its steps are recorded as it tells of
 * them. With `input: json` it learns of earlier attempts and their steps, and so can resume.
 * @throws ConfigError when `env` names a variable of the gateway.
 */
export function createProcessAgent(
  options: ProcessOptions,
  deps: AgentDeps & { readonly name?: string },
): Agent {
  const name = deps.name ?? 'process';
  const what = `agents.${name}`;
  const env = childEnvironment(deps.env, options.env, what);
  const cwd = resolve(deps.configDir ?? process.cwd(), options.cwd ?? '.');
  const find = () => findProgram(options.command[0] as string, { cwd, path: env.PATH, what });
  const closing = new AbortController();
  const running = new Set<Promise<AgentResult>>();

  async function run(input: TurnInput, sink: TurnSink, signal: AbortSignal): Promise<AgentResult> {
    try {
      if (input.text.trim() === '' && options.input === 'text') {
        throw new Error('This agent takes text only; write what it is to do.');
      }
      const program = await find();
      if (signal.aborted) return { end: 'cancelled', text: '' };
      const command = [program, ...options.command.slice(1)];
      return await new ProcessRun(options, sink, signal, deps).run(input, {
        command,
        cwd,
        env: { ...env, ...whereabouts({ home: deps.home, turn: input.turn }) },
      });
    } catch (error) {
      return { end: 'failed', text: '', error: (error as Error).message };
    }
  }

  return {
    name,
    capabilities: {
      steer: false,
      resume: options.input === 'json',
      images: false,
      files: options.input === 'json' && deps.pathOf !== undefined,
    },
    // A program that reads JSON is given whatever model the person names.
    ...(options.input === 'json' ? { models: async () => [] } : {}),
    async probe() {
      await find();
    },
    start(input, sink, signal) {
      const result = run(input, sink, AbortSignal.any([signal, closing.signal]));
      running.add(result);
      void result.then(() => running.delete(result));
      return { result };
    },
    async close() {
      closing.abort();
      await Promise.all(running);
    },
  };
}
