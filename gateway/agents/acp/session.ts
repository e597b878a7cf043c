import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { methods, type SessionConfigOption } from '@agentclientprotocol/sdk';
import type { AgentLog } from '../deps.ts';
import type { AcpProcess, OpenSession } from './acpProcess.ts';

/** A session that is ready for a prompt. `fresh`: the agent knows nothing of what was said before. */
export interface ReadySession {
  readonly session: OpenSession;
  readonly fresh: boolean;
}

/**
 * Opens the agent's session for a conversation: the one that is open in the process already, else the
 * saved one by session/resume or session/load, else a new one. A load that fails is not the end: the
 * conversation is in our journal, and the caller tells it again.
 */
export async function openSession(
  process: AcpProcess,
  saved: string | undefined,
  cwd: string,
  log: AgentLog,
): Promise<ReadySession> {
  const open = saved === undefined ? undefined : process.sessions.get(saved);
  if (open !== undefined) return { session: open, fresh: false };
  if (saved !== undefined) {
    const options = await reopen(process, saved, cwd).catch((error: Error) => {
      if (process.retired) throw error;
      log.warn({ acpSessionId: saved, error: error.message }, 'agent session could not be loaded');
      return undefined;
    });
    // What the agent replays of its history while loading has no listener and so goes nowhere.
    await turnOfTheLoop();
    if (options !== undefined)
      return { session: keep(process, saved, cwd, options, undefined), fresh: false };
  }
  const made = await process.bounded(
    process.agent.request(methods.agent.session.new, { cwd, mcpServers: [] }),
    'session/new',
  );
  const session = keep(process, made.sessionId, cwd, made.configOptions ?? [], 0);
  return { session, fresh: true };
}

/** Undefined where the agent can neither resume nor load. */
async function reopen(
  process: AcpProcess,
  sessionId: string,
  cwd: string,
): Promise<readonly SessionConfigOption[] | undefined> {
  const { loadSession, sessionCapabilities } = process.capabilities;
  const params = { sessionId, cwd, mcpServers: [] };
  if (sessionCapabilities?.resume != null) {
    const { session } = methods.agent;
    const resumed = process.agent.request(session.resume, params);
    return optionsOf(await process.bounded(resumed, 'session/resume'));
  }
  if (loadSession !== true) return undefined;
  const loaded = process.agent.request(methods.agent.session.load, params);
  return optionsOf(await process.bounded(loaded, 'session/load'));
}

/** Agents answer with an object, with an empty one, or with null. */
function optionsOf(answer: unknown): readonly SessionConfigOption[] {
  const { configOptions } = (answer ?? {}) as { configOptions?: SessionConfigOption[] | null };
  return configOptions ?? [];
}

function keep(
  process: AcpProcess,
  id: string,
  cwd: string,
  configOptions: readonly SessionConfigOption[],
  cost: number | undefined,
): OpenSession {
  const session: OpenSession = { id, cwd, configOptions, cost, listener: undefined };
  process.sessions.set(id, session);
  return session;
}

/** The models a session offers, as values of its configuration option for them. */
export function modelsOf(options: readonly SessionConfigOption[]): {
  readonly configId: string | undefined;
  readonly names: readonly string[];
} {
  const option = options.find((o) => o.category === 'model' && o.type === 'select');
  if (option?.type !== 'select') return { configId: undefined, names: [] };
  const names = option.options.flatMap((o) =>
    'options' in o ? o.options.map((inner) => inner.value) : [o.value],
  );
  return { configId: option.id, names };
}

/**
 * Chooses the model of a session.
 * @throws Error when the agent offers no such model.
 */
export async function chooseModel(
  process: AcpProcess,
  session: OpenSession,
  model: string,
): Promise<void> {
  const { configId, names } = modelsOf(session.configOptions);
  if (configId === undefined)
    throw new Error('The agent offers no choice of models; send /model default');
  if (!names.includes(model)) {
    throw new Error(`The agent has no model "${model}"; it has ${names.slice(0, 20).join(', ')}`);
  }
  const answer = await process.bounded(
    process.agent.request(methods.agent.session.setConfigOption, {
      sessionId: session.id,
      configId,
      value: model,
    }),
    'session/set_config_option',
  );
  session.configOptions = answer.configOptions;
}
