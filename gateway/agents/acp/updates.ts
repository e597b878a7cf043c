import type { ContentBlock, SessionUpdate, ToolCallUpdate } from '@agentclientprotocol/sdk';
import type { TurnSink } from '../agent.ts';
import { failureIn } from './toldFailure.ts';

const SUMMARY_LENGTH = 200;
const TITLE_LENGTH = 500;
const PLAN_ENTRIES = 50;

interface KnownStep {
  name: string;
  title: string | undefined;
  args: unknown;
  state: 'announced' | 'started' | 'over';
}

/**
 * Puts what an agent tells of a turn into its sink. Text at once; steps one after the other, because
 * each has to be on disk before the next is told of.
 *
 * A pending tool call is only announced: its arguments may still be streaming (opencode tells a folder
 * first and the command later). The step starts when the call runs or permission for it is asked.
 * Arguments and title together tell one step from another, which loop detection compares.
 */
export class Updates {
  readonly #sink: TurnSink;
  readonly #steps = new Map<string, KnownStep>();
  #writes: Promise<void> = Promise.resolve();
  #text = '';
  /** Cost of the whole session so far, in US dollars, as the agent tells it. */
  cost: number | undefined;
  /** What the agent told of its own failure. */
  failure: string | undefined;

  constructor(sink: TurnSink) {
    this.#sink = sink;
  }

  get text(): string {
    return this.#text;
  }
  get steps(): number {
    return this.#steps.size;
  }

  take(update: SessionUpdate): void {
    switch (update.sessionUpdate) {
      case 'agent_message_chunk':
        this.say(textOf(update.content));
        return;
      case 'agent_thought_chunk':
        this.#sink.thought(textOf(update.content));
        return;
      case 'tool_call':
      case 'tool_call_update':
        this.tool(update, false);
        return;
      case 'plan': {
        const states = { completed: 'done', in_progress: 'started', pending: 'pending' } as const;
        const entries = update.entries.slice(0, PLAN_ENTRIES).map(({ content, status }) => ({
          text: content.slice(0, SUMMARY_LENGTH),
          state: states[status] ?? 'pending',
        }));
        this.#sink.plan(entries);
        return;
      }
      case 'current_mode_update':
        this.#sink.thought(`Mode: ${update.currentModeId}\n`);
        return;
      case 'session_info_update': {
        const told = failureIn(update._meta);
        if (told?.severity === 'error') this.failure = told.title;
        else if (told !== undefined) this.#sink.thought(`${told.title}\n`);
        return;
      }
      case 'usage_update':
        if (update.cost?.currency === 'USD') this.cost = update.cost.amount;
        return;
      default:
        // `isOfInterest` lets nothing else through.
        return;
    }
  }

  say(text: string): void {
    if (text === '') return;
    this.#text += text;
    this.#sink.text(text);
  }

  /** A tool call as far as the agent tells. `starts`: it is about to run. */
  tool(call: ToolCallUpdate, starts: boolean): void {
    const id = call.toolCallId;
    const known = this.#steps.get(id);
    const step: KnownStep = known ?? {
      name: 'tool',
      title: undefined,
      args: null,
      state: 'announced',
    };
    this.#steps.set(id, step);
    if (call.name ?? call.kind) step.name = (call.name ?? call.kind) as string;
    step.title = call.title?.slice(0, TITLE_LENGTH) ?? step.title;
    if (hasArguments(call.rawInput)) step.args = call.rawInput;
    const ended = call.status === 'completed' || call.status === 'failed';
    const runs = starts || ended || call.status === 'in_progress';
    if (step.state === 'announced' && runs) this.#start(id, step);
    if (step.state === 'started' && ended) this.#end(id, step, call);
  }

  /** Resolves when every step so far is on disk; rejects when the turn was superseded. */
  written(): Promise<void> {
    return this.#writes;
  }

  /** A step was not allowed to run. */
  forbid(id: string): Promise<void> {
    const step = this.#steps.get(id);
    if (step?.state === 'started') this.#finish(id, step, 'failed', 'It was not allowed to run.');
    return this.#writes.catch(() => {});
  }

  /** The turn is over: steps whose end was never told end here. */
  async close(): Promise<void> {
    for (const [id, step] of this.#steps) {
      if (step.state === 'started') this.#finish(id, step, 'failed', 'Its end was not reported.');
    }
    await this.#writes.catch(() => {});
  }

  #start(id: string, step: KnownStep): void {
    step.state = 'started';
    const { name, title } = step;
    const args = { title: title ?? null, input: step.args };
    const told = { id, name, args, ...(title === undefined ? {} : { title }) };
    this.#write(() => this.#sink.stepStarts(told));
  }

  #end(id: string, step: KnownStep, call: ToolCallUpdate): void {
    const said = (call.content ?? []).map((c) => (c.type === 'content' ? textOf(c.content) : ''));
    const summary = said.join('').trim().slice(0, SUMMARY_LENGTH);
    this.#finish(id, step, call.status === 'failed' ? 'failed' : 'done', summary);
  }

  #finish(id: string, step: KnownStep, state: 'done' | 'failed', summary: string): void {
    step.state = 'over';
    this.#write(() => this.#sink.stepEnds(id, state, summary === '' ? undefined : summary));
  }

  #write(write: () => Promise<void>): void {
    this.#writes = this.#writes.then(write);
    // Whoever needs the record awaits `written`; an unheard rejection must not end the gateway.
    this.#writes.catch(() => {});
  }
}

const SHOWN: ReadonlySet<unknown> = new Set([
  'agent_message_chunk',
  'agent_thought_chunk',
  'tool_call',
  'tool_call_update',
  'plan',
  'current_mode_update',
  'session_info_update',
  'usage_update',
] satisfies SessionUpdate['sessionUpdate'][]);

/**
 * False for session updates of kinds that are shown to nobody here: our own message echoed, the agent's
 * commands, and kinds of a later protocol, which the SDK would report on the console.
 */
export function isOfInterest(message: object): boolean {
  const { method, params } = message as {
    method?: unknown;
    params?: { update?: { sessionUpdate?: unknown } };
  };
  return method !== 'session/update' || SHOWN.has(params?.update?.sessionUpdate);
}

function hasArguments(args: unknown): boolean {
  if (args === null || args === undefined) return false;
  return typeof args !== 'object' || Object.keys(args).length > 0;
}

/** What a block of content is for a reader of text. */
export function textOf(content: ContentBlock): string {
  switch (content.type) {
    case 'text':
      return content.text;
    case 'resource_link':
      return `${content.title ?? content.name} (${content.uri})`;
    case 'resource':
      return 'text' in content.resource ? content.resource.text : `(${content.resource.uri})`;
    case 'image':
      return '(an image)';
    case 'audio':
      return '(a sound)';
    default:
      return '';
  }
}
