import { setImmediate as turnOfTheLoop } from 'node:timers/promises';
import { methods, type PromptResponse, RequestError } from '@agentclientprotocol/sdk';
import { SECOND } from '../../core/clock.ts';
import type { Usage } from '../../core/turn.ts';
import { aborted, wait } from '../../core/wait.ts';
import type { AgentResult, TurnInput, TurnSink } from '../agent.ts';
import type { AgentDeps } from '../deps.ts';
import type { AcpProcess, OpenSession } from './acpProcess.ts';
import type { AcpOptions } from './options.ts';
import { type Decision, decidePermission } from './permission.ts';
import { promptOf } from './prompt.ts';
import { readState, type SavedState } from './savedState.ts';
import { chooseModel, openSession } from './session.ts';
import { steerSession } from './steering.ts';
import { failureIn, isFailureReport } from './toldFailure.ts';
import { Updates } from './updates.ts';

/** How long a cancelled prompt has to end by itself; in sum with the kill under the gateway's grace. */
export const CANCEL_GRACE_MS = 2 * SECOND;

export interface TurnWorld {
  readonly name: string;
  readonly options: AcpOptions;
  readonly deps: AgentDeps;
  readonly cwd: string;
}

/**
 * One turn in a process that is ready.
 *
 *     open the session ─▶ save its id ─▶ prompt ─┬─▶ stopReason judged
 *                                                ├─▶ the process ends: failed
 *                                                └─▶ aborted: session/cancel ─grace─▶ process retired
 */
export class AcpTurn {
  readonly #world: TurnWorld;
  readonly #process: AcpProcess;
  readonly #input: TurnInput;
  readonly #sink: TurnSink;
  readonly #signal: AbortSignal;
  readonly updates: Updates;
  #state: SavedState | undefined;
  #session: OpenSession | undefined;
  #tokens: Pick<Usage, 'inputTokens' | 'outputTokens'> = {};

  constructor(
    world: TurnWorld,
    process: AcpProcess,
    input: TurnInput,
    sink: TurnSink,
    signal: AbortSignal,
  ) {
    this.#world = world;
    this.#process = process;
    this.#input = input;
    this.#sink = sink;
    this.#signal = signal;
    this.updates = new Updates(sink);
    this.#state = readState(input.state, world.name);
  }

  /** @throws Error when the session can't be opened or the prompt is refused. */
  async run(): Promise<AgentResult> {
    const process = this.#process;
    const { name, deps } = this.#world;
    const cwd = this.#state?.cwd ?? this.#world.cwd;
    const known = this.#state?.acpSessionId;
    const { session, fresh } = await openSession(process, known, cwd, deps.log);
    this.#session = session;
    if (session.id !== known) {
      // Durable before the prompt: whatever the prompt does is done in a session that can be found.
      await this.#save({ agent: name, acpSessionId: session.id, cwd, permissions: {} });
    }
    if (this.#input.model !== undefined) await chooseModel(process, session, this.#input.model);
    const can = process.capabilities.promptCapabilities ?? {};
    const context = { cwd, can, retell: fresh, readFile: deps.readFile };
    const prompt = await promptOf(this.#input, context, this.#signal);
    if (this.#signal.aborted) return this.#cancelled();
    session.listener = {
      update: (update) => {
        if (!this.#signal.aborted) this.updates.take(update);
      },
      permission: (request) => this.#permission(request),
    };
    try {
      const params = { sessionId: session.id, prompt };
      return await this.#prompted(
        process.agent.request(methods.agent.session.prompt, params),
        session.id,
      );
    } finally {
      session.listener = undefined;
      session.cost = this.updates.cost ?? session.cost;
    }
  }

  /** Puts text into the prompt that runs. `false`: too late, or the agent can't. */
  async steer(text: string): Promise<boolean> {
    const session = this.#session;
    if (session?.listener === undefined || this.#signal.aborted) return false;
    return steerSession(this.#process, session.id, text);
  }

  async #prompted(answer: Promise<PromptResponse>, sessionId: string): Promise<AgentResult> {
    answer.catch(() => {});
    const over = this.#process.group.over;
    const first = await Promise.race([
      answer.catch(async (error) => ({ exit: await this.#process.exitAfter(error) })),
      aborted(this.#signal),
      over.then((exit) => ({ exit })),
    ]);
    if (this.#signal.aborted) {
      await this.#cancel(answer, sessionId);
      return this.#cancelled();
    }
    // Updates that came with the answer are handed out before this goes on.
    await turnOfTheLoop();
    await this.updates.close();
    if (first === undefined) return this.#cancelled();
    if ('exit' in first) {
      return this.#failed(
        `The agent ended in mid-turn ${this.#process.endText(first.exit)}; the log has its standard error.`,
      );
    }
    return this.#judge(first);
  }

  async #cancel(answer: Promise<PromptResponse>, sessionId: string): Promise<void> {
    const process = this.#process;
    await process.agent.notify(methods.agent.session.cancel, { sessionId }).catch(() => {});
    const waiting = new AbortController();
    const obeyed = await Promise.race([
      Promise.race([answer.catch(() => {}), process.group.over]).then(() => true),
      wait(this.#world.deps.clock, CANCEL_GRACE_MS, waiting.signal).then(() => false),
    ]);
    waiting.abort();
    if (obeyed) return;
    // Others may be at work in a shared process: it is only given no new turn.
    process.retired = true;
    if (this.#world.options.process === 'session') void process.end('SIGTERM');
  }

  async #permission(request: Parameters<typeof decidePermission>[0]) {
    if (this.#signal.aborted) return { outcome: { outcome: 'cancelled' as const } };
    const { permissions: mode } = this.#world.options;
    this.updates.tool(request.toolCall, true);
    const remembered = {
      get: (key: string) => this.#state?.permissions[key],
      set: (key: string, decision: Decision) => this.#remember(key, decision),
    };
    try {
      // The step is on disk before it may run.
      await this.updates.written();
      const answer = await decidePermission(
        request,
        { mode, remembered },
        this.#sink,
        this.#signal,
      );
      // Nobody allowed it, so it does not run: whoever takes the turn up must not think that it did.
      if (this.#signal.aborted) await this.updates.forbid(request.toolCall.toolCallId);
      return answer;
    } catch {
      // The turn was superseded: whatever is asked must not happen.
      return { outcome: { outcome: 'cancelled' as const } };
    }
  }

  async #remember(key: string, decision: Decision): Promise<void> {
    if (this.#state === undefined) return;
    const permissions = { ...this.#state.permissions, [key]: decision };
    await this.#save({ ...this.#state, permissions });
  }

  async #save(state: SavedState): Promise<void> {
    this.#state = state;
    await this.#sink.saveState({ ...state, permissions: { ...state.permissions } });
  }

  /** An empty or failed turn must not look like a good answer, whatever the agent calls its end. */
  #judge(answer: PromptResponse): AgentResult {
    const { stopReason } = answer;
    this.#tokens = tokensOf(answer);
    const { text, steps } = this.updates;
    const told = failureIn(answer._meta);
    const failure = told?.severity === 'error' ? told.title : this.updates.failure;
    if (failure !== undefined) return this.#failed(`The agent reports: ${failure}`);
    const empty = text.trim() === '';
    switch (stopReason) {
      case 'refusal':
        return this.#failed('The agent refused to answer this.');
      case 'cancelled':
        return this.#failed('The agent cancelled its own turn.');
      case 'max_tokens':
      case 'max_turn_requests': {
        const limit =
          stopReason === 'max_tokens' ? 'its limit of tokens' : 'its limit of model requests';
        if (empty) return this.#failed(`The agent reached ${limit} before it answered.`);
        this.updates.say(`\n\n(The agent reached ${limit}; the answer ends here.)`);
        return { end: 'answered', text: this.updates.text, ...this.usage };
      }
      default:
        if (isFailureReport(text)) {
          return { end: 'failed', text: '', error: `The agent reports: ${text.trim()}` };
        }
        if (!empty) return { end: 'answered', text, ...this.usage };
        return this.#failed(
          `The agent ended its turn without an answer${steps === 0 ? '' : ` after ${steps} step(s)`}.`,
        );
    }
  }

  /**
   * Tokens are told with the turn's end (codex-acp, opencode: of this turn alone). Of the cost the agent
   * tells what the whole session has had; a turn's share is the difference.
   */
  get usage(): { usage?: Usage } {
    const [before, after] = [this.#session?.cost, this.updates.cost];
    const cost = before === undefined || after === undefined ? {} : { cost: after - before };
    const usage: Usage = { ...this.#tokens, ...((cost.cost ?? -1) < 0 ? {} : cost) };
    return Object.keys(usage).length === 0 ? {} : { usage };
  }

  #failed(error: string): AgentResult {
    return { end: 'failed', text: this.updates.text, error, ...this.usage };
  }
  #cancelled(): AgentResult {
    return { end: 'cancelled', text: this.updates.text, ...this.usage };
  }
}

/** A draft of the protocol has them; the SDK lets them through untyped. All zero means that nobody counted. */
function tokensOf(answer: PromptResponse): Pick<Usage, 'inputTokens' | 'outputTokens'> {
  const { inputTokens, outputTokens } = (answer as { usage?: Record<string, unknown> }).usage ?? {};
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return {};
  return inputTokens + outputTokens > 0 ? { inputTokens, outputTokens } : {};
}

/** One line for the person of what an agent answered to a request. */
export function explain(error: unknown): string {
  if (!(error instanceof RequestError)) return (error as Error).message;
  // -32000 is the protocol's "authentication required".
  if (error.code === -32000) {
    return 'it wants you to log in; start it once in a terminal on this machine and log in there';
  }
  const { data } = error as { data?: { details?: unknown } };
  const details = typeof data?.details === 'string' ? `: ${data.details}` : '';
  return `it answered with an error (${error.message}${details})`.slice(0, 400);
}
