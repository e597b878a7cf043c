import type { Agent } from '../agents/agent.ts';
import type { Clock } from '../core/clock.ts';
import { type COMMANDS, helpText, parseCommand } from '../core/commands.ts';
import type { StoredMessage } from '../core/message.ts';
import type { Operations } from '../core/operations.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Journal } from '../journal/journal.ts';
import type { Agents } from '../turns/agents.ts';
import type { Turns } from '../turns/turns.ts';

export interface CommandsDeps {
  readonly journal: Pick<
    Journal,
    'running' | 'newSession' | 'queued' | 'session' | 'updateSession'
  >;
  readonly clock: Clock;
  readonly bus: ProgressBus;
  readonly agents: Agents;
  readonly turns: Pick<Turns, 'ofLane'>;
  readonly operations: Operations;
}

type Handler = (message: StoredMessage, args: string) => Promise<string>;

/** What each slash command of core/commands.ts does. The answer is the returned text. */
export class Commands {
  readonly #deps: CommandsDeps;

  constructor(deps: CommandsDeps) {
    this.#deps = deps;
  }

  async execute(message: StoredMessage): Promise<{ reply: string }> {
    const parsed = parseCommand(message.text);
    if (parsed === undefined)
      return { reply: 'I do not know this command. /help lists what I know.' };
    const { command, args } = parsed;
    if (command.who === 'owner' && message.sender.role !== 'owner') {
      return { reply: `Only the owner of this gateway can use /${command.name}.` };
    }
    return { reply: await this.#handlers[command.name](message, args) };
  }

  /** A command found open at start-up: is it carried out now, or was the crash or restart its end? */
  repeatable(message: StoredMessage): boolean {
    const name = parseCommand(message.text)?.command.name;
    return name !== 'restart' && name !== 'stop' && name !== 'drain';
  }

  readonly #handlers: Record<(typeof COMMANDS)[number]['name'], Handler> = {
    help: async (message) => helpText(message.sender.role),
    whoami: async ({ sender, address }) =>
      `You are ${sender.name ?? sender.id} (${sender.id}) on ${address.platform}, ${sender.role === 'owner' ? 'an owner' : 'a guest'} here.`,
    status: async (message) => {
      const s = await this.#deps.operations.status();
      if (message.sender.role !== 'owner') {
        // What others ask is none of a guest's business.
        const here = s.turns.some((t) => t.lane === message.lane);
        return `${s.state}. ${here ? 'I am working on an answer here.' : 'Nothing is running here.'}`;
      }
      const turns = s.turns.map(
        (t) =>
          `• ${t.who}, ${seconds(s.at - t.startedAt)}${t.step === undefined ? '' : `: ${t.step}`}`,
      );
      const elsewhere = s.others.flatMap((o) =>
        (o.running ?? []).map(
          (t) =>
            `• ${t.who}, ${seconds(s.at - t.startedAt)}, finishing in generation ${o.generation}`,
        ),
      );
      const running = s.activeTurns + s.others.reduce((n, o) => n + o.turns, 0);
      return [`${s.state}, ${running} running, ${s.queued} waiting.`, ...turns, ...elsewhere].join(
        '\n',
      );
    },
    stop: async (message) => {
      const here = this.#deps.turns.ofLane(message.lane);
      if (here !== undefined) {
        here.cut('stop');
        return 'Stopped.';
      }
      const elsewhere = (await this.#deps.journal.running()).find((r) => r.lane === message.lane);
      if (elsewhere === undefined) return 'Nothing is running here.';
      await this.#deps.operations.stopTurn(elsewhere.turn, message.sender.id);
      return 'Stopped.';
    },
    new: async (message) => {
      const { journal, clock, bus } = this.#deps;
      const before = await this.#answering(message);
      const session = await journal.newSession(message.lane, clock.now());
      bus.emit({
        type: 'session',
        lane: message.lane,
        session: session.id,
        before: message.session,
      });
      await before.endSession?.(message.session).catch(() => {});
      return 'A fresh conversation. What was said before is kept, and no longer used.';
    },
    retry: async () => 'There is nothing to ask again.',
    queue: async (message) => {
      const waiting = await this.#deps.journal.queued({ lane: message.lane, limit: 50 });
      if (waiting.length === 0) return 'Nothing waits here.';
      return waiting.map((m, i) => `${i + 1}. ${m.text.slice(0, 80)}`).join('\n');
    },
    background: async () => 'Say what to work on: /background TEXT',
    agent: async (message, args) => {
      const names = this.#deps.agents.names();
      if (args === '') {
        const { name } = await this.#answering(message);
        return `Agent: ${name}. There are: ${names.join(', ')}.`;
      }
      if (!names.includes(args))
        return `There is no agent "${args}". There are: ${names.join(', ')}.`;
      await this.#deps.journal.updateSession(message.session, { agent: args });
      return `From the next message on, ${args} answers here.`;
    },
    model: async (message, args) => {
      const session = await this.#deps.journal.session(message.session);
      const agent = await this.#answering(message);
      const models = (await agent.models?.()) ?? [];
      const choice =
        agent.models === undefined
          ? 'This agent has no models to choose from.'
          : models.length === 0
            ? 'It names none now; a name is passed on to it.'
            : `There are: ${models.join(', ')}.`;
      if (args === '') return `Model: ${session?.model ?? 'the agent’s own'}. ${choice}`;
      if (args === 'default') {
        await this.#deps.journal.updateSession(message.session, { model: '' });
        return 'From the next message on, the agent’s own model is used here.';
      }
      if (agent.models === undefined || (models.length > 0 && !models.includes(args)))
        return `There is no model "${args}". ${choice}`;
      await this.#deps.journal.updateSession(message.session, { model: args });
      return `From the next message on, ${args} is used here.`;
    },
    restart: async (message) => {
      const running = this.#deps.turns.ofLane(message.lane);
      const order = await this.#deps.operations.restart({
        by: `${message.address.platform}:${message.sender.id}`,
        force: /\bforce\b/.test(message.text),
        whenIdle: /\bidle\b/.test(message.text),
        tell: {
          address: message.address,
          lane: message.lane,
          ...(running === undefined ? {} : { turn: running.turn.turn }),
        },
      });
      if (order.whenIdle) return 'I restart as soon as nothing runs; nothing is lost.';
      return order.by.endsWith(message.sender.id)
        ? 'Restarting; nothing is lost.'
        : 'A restart is under way already.';
    },
    pair: async (_message, args) => {
      if (args !== '') {
        const { name, id, platform } = await this.#deps.operations.approvePairing(args);
        return `${name ?? id} (${id} on ${platform}) may talk to me now.`;
      }
      const waiting = (await this.#deps.operations.pairings()).filter((p) => p.state === 'asked');
      if (waiting.length === 0) return 'Nobody waits to be let in.';
      return waiting.map((p) => `• ${p.name ?? p.id} on ${p.platform}: /pair ${p.code}`).join('\n');
    },
    drain: async (message, args) => {
      if (args === 'cancel') {
        await this.#deps.operations.cancelDrain();
        return 'Serving again.';
      }
      await this.#deps.operations.drain({ by: `${message.address.platform}:${message.sender.id}` });
      return 'No new answers are started. Messages are kept; /drain cancel goes on.';
    },
  };

  /** The agent that would answer a message here: the session's choice, the route's, or the default. */
  async #answering(message: StoredMessage): Promise<Agent> {
    const { journal, agents } = this.#deps;
    const chosen = (await journal.session(message.session))?.agent;
    const given = { messages: [message], ...(chosen === undefined ? {} : { agent: chosen }) };
    return agents.of(given).agent;
  }
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}
