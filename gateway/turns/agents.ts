import type { Agent } from '../agents/agent.ts';
import { ConfigError } from '../core/exit.ts';
import type { StoredMessage } from '../core/message.ts';
import type { ClaimedTurn } from '../core/turn.ts';

/** Which agent a platform or chat uses when its session chose none. The first match counts. */
export interface Route {
  readonly platform?: string | undefined;
  readonly chat?: string | undefined;
  readonly agent: string;
}

export interface NamedAgent {
  readonly agent: Agent;
  readonly type: string;
}

/** The configured agents, and which of them answers. */
export class Agents {
  readonly #agents: ReadonlyMap<string, NamedAgent>;
  readonly #routes: readonly Route[];
  readonly defaultName: string;

  /** @throws ConfigError when the default or a route names an agent that is not configured. */
  constructor(
    agents: ReadonlyMap<string, NamedAgent>,
    defaultName: string,
    routes: readonly Route[],
  ) {
    const known = [...agents.keys()].join(', ');
    for (const name of [defaultName, ...routes.map((r) => r.agent)]) {
      if (!agents.has(name)) {
        throw new ConfigError(
          `There is no agent named "${name}". Configured under agents: ${known}.`,
        );
      }
    }
    this.#agents = agents;
    this.#routes = routes;
    this.defaultName = defaultName;
  }

  names(): string[] {
    return [...this.#agents.keys()];
  }
  list(): { name: string; type: string; isDefault: boolean }[] {
    return [...this.#agents].map(([name, { type }]) => ({
      name,
      type,
      isDefault: name === this.defaultName,
    }));
  }
  get(name: string): Agent | undefined {
    return this.#agents.get(name)?.agent;
  }

  /** The agent of a turn: its session's choice, the request's `AGENT` or `AGENT/MODEL`, the route, the default. */
  of(turn: Pick<ClaimedTurn, 'agent' | 'model' | 'messages'>): { agent: Agent; model?: string } {
    const message = turn.messages[0] as StoredMessage;
    const asked = this.#asked(message.model);
    const name =
      asked.agent ?? this.#existing(turn.agent) ?? this.#routed(message) ?? this.defaultName;
    const model = asked.model ?? turn.model;
    const agent = (this.#agents.get(name) as NamedAgent).agent;
    return model === undefined ? { agent } : { agent, model };
  }

  async close(): Promise<void> {
    await Promise.allSettled([...this.#agents.values()].map(({ agent }) => agent.close()));
  }

  /** A request's model names an agent, or an agent and its model; anything else is left to the agent. */
  #asked(model: string | undefined): { agent?: string; model?: string } {
    if (model === undefined || model === 'default' || model === 'sluice') return {};
    if (this.#agents.has(model)) return { agent: model };
    const slash = model.indexOf('/');
    if (slash > 0 && this.#agents.has(model.slice(0, slash))) {
      return { agent: model.slice(0, slash), model: model.slice(slash + 1) };
    }
    return { model };
  }

  #existing(name: string | undefined): string | undefined {
    return name !== undefined && this.#agents.has(name) ? name : undefined;
  }

  #routed(message: StoredMessage): string | undefined {
    const { platform, chat } = message.address;
    return this.#routes.find(
      (r) =>
        (r.platform === undefined || r.platform === platform) &&
        (r.chat === undefined || r.chat === chat),
    )?.agent;
  }
}
