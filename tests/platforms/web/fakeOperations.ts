import { RequestError } from '../../../gateway/core/exit.ts';
import { laneAddress } from '../../../gateway/core/lane.ts';
import type {
  CommandView,
  DeadLetterView,
  MessageView,
  Operations,
  QueuedView,
  RestartRequest,
  SessionView,
  TranscriptView,
} from '../../../gateway/core/operations.ts';
import type { Order } from '../../../gateway/core/order.ts';
import type { Status } from '../../../gateway/core/status.ts';
import type { FakeHost, FakeMessage } from './fakeHost.ts';

/** What people can ask of the fake gateway, and what they asked (`asked`). */
export class FakeOperations implements Operations {
  readonly asked: string[] = [];
  /** Laid over what `status` says. */
  override: Partial<Status> = {};
  dead: DeadLetterView[] = [];
  agentList: ReturnType<Operations['agents']> = [{ name: 'demo', type: 'demo', isDefault: true }];
  readonly #host: FakeHost;
  #orders = 0;

  constructor(host: FakeHost) {
    this.#host = host;
  }

  async status(): Promise<Status> {
    const turns = [...this.#host.turns.values()].map(({ turn, answers }) => ({
      turn: turn.turn,
      lane: turn.message.lane,
      session: turn.message.session,
      message: turn.message.id,
      who: turn.message.inbound.sender.name ?? '',
      platform: 'web',
      attempt: 1,
      instance: 'fake',
      startedAt: turn.startedAt,
      lastProgressAt: Date.now(),
      background: false,
      ...(answers.size > 0 ? { waitingFor: 'human' as const } : {}),
    }));
    return {
      state: 'running',
      desired: 'running',
      instance: 'fake-instance',
      generation: 1,
      version: '0.1.0',
      pid: 1,
      startedAt: Date.now() - 3_600_000,
      at: Date.now(),
      ready: true,
      reasons: [],
      busyMode: 'queue',
      activeTurns: turns.length,
      queued: this.#queued().length,
      turns,
      platforms: [
        {
          platform: 'web',
          account: 'default',
          state: 'live',
          where: 'http://127.0.0.1:7290/',
          heardAt: Date.now(),
        },
      ],
      agents: [...this.agentList],
      others: [],
      ...this.override,
    };
  }

  async restart(request: RestartRequest): Promise<Order> {
    this.asked.push(
      `restart${request.force ? ' force' : ''}${request.whenIdle ? ' whenIdle' : ''}`,
    );
    return this.#order('restart', request.by);
  }
  async cancelRestart(): Promise<Order> {
    this.asked.push('cancelRestart');
    return { ...this.#order('restart', 'web'), state: 'cancelled' };
  }
  async drain(request: { by: string; deadlineMs?: number }): Promise<Order> {
    this.asked.push(`drain ${request.deadlineMs ?? ''}`.trim());
    const drain = this.#order('drain', request.by);
    this.override = { ...this.override, state: 'draining', drain };
    this.#host.emit({ type: 'status' });
    return drain;
  }
  async cancelDrain(): Promise<Order> {
    this.asked.push('cancelDrain');
    this.override = {};
    this.#host.emit({ type: 'status' });
    return { ...this.#order('drain', 'web'), state: 'cancelled' };
  }
  async order(): Promise<Order | undefined> {
    return undefined;
  }
  async stop(): Promise<void> {}

  async sessions(filter: { search?: string; limit?: number }): Promise<SessionView[]> {
    const all = [...this.#host.sessions].map(([id, s]) => {
      const entries = this.#host.transcripts.get(id) ?? [];
      const title = s.title ?? entries[0]?.text.slice(0, 60);
      return {
        id,
        lane: s.lane,
        address: laneAddress(s.lane)!,
        createdAt: s.at,
        lastAt: entries.at(-1)?.at ?? s.at,
        ended: s.ended,
        messages: entries.length,
        usage: {},
        ...(title === undefined ? {} : { title }),
      };
    });
    const search = filter.search?.toLowerCase();
    return all
      .filter((s) => search === undefined || (s.title ?? '').toLowerCase().includes(search))
      .sort((a, b) => b.lastAt - a.lastAt)
      .slice(0, filter.limit ?? 100);
  }

  async transcript(
    session: string,
    page: { before?: number; limit?: number },
  ): Promise<TranscriptView[]> {
    if (!this.#host.sessions.has(session))
      throw new RequestError(`There is no session ${session}.`);
    const all = (this.#host.transcripts.get(session) ?? []).filter(
      (e) => page.before === undefined || e.seq < page.before,
    );
    return all.slice(-(page.limit ?? 50));
  }

  async newSession(lane: string): Promise<SessionView> {
    const id = this.#host.startSession(lane);
    return (await this.sessions({})).find((s) => s.id === id)!;
  }
  async renameSession(session: string, title: string): Promise<void> {
    const known = this.#host.sessions.get(session);
    if (known === undefined) throw new RequestError(`There is no session ${session}.`);
    known.title = title;
  }

  async queue(): Promise<QueuedView[]> {
    return this.#queued().map((m) => this.#view(m));
  }
  async removeQueued(message: string, by: string): Promise<void> {
    const known = this.#queued().find((m) => m.id === message);
    if (known === undefined) throw new RequestError(`Message ${message} is not waiting.`);
    this.asked.push(`remove ${message} by ${by}`);
    this.#host.settle(known, 'cancelled', '');
  }
  async stopTurn(turn: string, by: string): Promise<void> {
    const known = this.#host.turns.get(turn);
    if (known === undefined) throw new RequestError(`Turn ${turn} is not running.`);
    this.asked.push(`stop ${turn} by ${by}`);
    known.stop.abort();
  }
  async answer(turn: string, question: string, option: string): Promise<void> {
    const resolve = this.#host.turns.get(turn)?.answers.get(question);
    if (resolve === undefined) throw new RequestError('Nobody waits for this answer any more.');
    this.#host.turns.get(turn)?.answers.delete(question);
    resolve(option);
  }
  async trace(message: string) {
    const known = this.#host.messages.find((m) => m.id === message);
    if (known === undefined) throw new RequestError(`There is no message ${message}.`);
    const { id, inbound, at, state, settled } = known;
    const outcome = settled === undefined ? {} : { outcome: settled.outcome, reply: settled.text };
    const view: MessageView = {
      ...this.#view(known),
      address: inbound.address,
      updateId: inbound.updateId,
      state,
      ...outcome,
    };
    const events = [
      { message: id, name: 'accepted' as const, at },
      { message: id, name: 'started' as const, at: at + 4 },
      ...(settled === undefined ? [] : [{ message: id, name: settled.outcome, at: at + 1200 }]),
    ];
    return { message: view, events };
  }

  async deadLetters(): Promise<DeadLetterView[]> {
    return this.dead;
  }
  async deadLetter(id: string): Promise<DeadLetterView> {
    const known = this.dead.find((d) => d.id === id);
    if (known === undefined) throw new RequestError(`There is no dead letter ${id}.`);
    return known;
  }
  async retryDead(id: string): Promise<void> {
    await this.dropDead(id);
    this.asked.push(`retry ${id}`);
  }
  async dropDead(id: string): Promise<void> {
    await this.deadLetter(id);
    this.dead = this.dead.filter((d) => d.id !== id);
  }

  async pairings() {
    return [];
  }
  async approvePairing(): Promise<never> {
    throw new RequestError('no such code');
  }
  async revokePairing(): Promise<void> {}
  commands(): readonly CommandView[] {
    return [
      { name: 'help', aliases: ['start'], help: 'What you can say here.', category: 'information' },
      {
        name: 'stop',
        aliases: ['cancel'],
        help: 'End the running answer.',
        category: 'conversation',
      },
      {
        name: 'new',
        aliases: ['reset'],
        help: 'Start a fresh conversation.',
        category: 'conversation',
      },
      {
        name: 'queue',
        aliases: ['q'],
        args: '[TEXT]',
        help: 'Add TEXT behind the running answer.',
        category: 'conversation',
      },
      {
        name: 'restart',
        aliases: [],
        help: 'Restart the gateway; nothing is lost.',
        category: 'operation',
      },
      {
        name: 'retry',
        aliases: [],
        help: 'Ask the last question again.',
        category: 'conversation',
      },
    ];
  }
  agents() {
    return this.agentList;
  }

  #queued(): FakeMessage[] {
    return this.#host.messages.filter((m) => m.state === 'queued');
  }

  #view(m: FakeMessage): QueuedView {
    return {
      id: m.id,
      lane: m.lane,
      session: m.session,
      who: m.inbound.sender.name ?? '',
      text: m.inbound.text,
      receivedAt: m.at,
    };
  }

  #order(kind: Order['kind'], by: string): Order {
    const createdAt = Date.now();
    return {
      id: `${kind}-${++this.#orders}`,
      kind,
      by,
      force: false,
      createdAt,
      deadline: createdAt + 60_000,
      state: 'open',
    };
  }
}
