import { COMMANDS } from '../core/commands.ts';
import { RequestError } from '../core/exit.ts';
import type { StoredMessage } from '../core/message.ts';
import type { Operations, QueuedView, SessionView } from '../core/operations.ts';
import type { Status } from '../core/status.ts';
import { pairingOperations } from '../intake/pairing.ts';
import type { SessionRow } from '../journal/journal.ts';
import type { People } from '../people/people.ts';
import { QuestionStore } from '../turns/questions/questionStore.ts';
import type { Turns } from '../turns/turns.ts';
import type { Orders } from './orders.ts';
import type { Shop } from './shop.ts';

export interface OperationsDeps {
  readonly shop: Shop;
  readonly turns: Turns;
  readonly orders: Orders;
  readonly people: People | undefined;
  readonly status: () => Promise<Status>;
  /** Something that waits may be started now. */
  readonly claimWaiting: () => void;
  readonly stop: (force: boolean) => void;
  /** A drain that somebody ordered has begun, by its reason. */
  readonly paused: (why: 'paused') => void;
}

/** The one implementation of what people can ask of a running gateway. */
export function createOperations({
  shop,
  turns,
  orders,
  people,
  status,
  claimWaiting,
  stop,
  paused,
}: OperationsDeps): Operations {
  const { journal, clock, bus } = shop;

  async function direct(
    turn: string,
    kind: 'interrupt' | 'answer',
    payload: { [key: string]: string },
  ): Promise<void> {
    const row = (await journal.running()).find((r) => r.turn === turn);
    if (row === undefined)
      throw new RequestError(`Turn ${turn} is not running; it may just have ended.`);
    await journal.direct({
      id: shop.newId(),
      to: row.holder,
      turn,
      kind,
      payload,
      now: clock.now(),
    });
  }

  return {
    status,
    restart: (request) => orders.restart(request),
    cancelRestart: () => orders.cancelRestart(),
    drain: async ({ by, deadlineMs }) => {
      const before = orders.drainOrder?.id;
      const order = await orders.drain(by, deadlineMs);
      if (order.id !== before) paused('paused');
      return order;
    },
    cancelDrain: async () => {
      const order = await orders.cancelDrain();
      claimWaiting();
      return order;
    },
    order: async (id) => (await journal.orders({ limit: 200 })).find((o) => o.id === id),
    stop: async ({ by, force }) => {
      shop.log.info({ by, force }, 'stop asked for');
      stop(force);
    },

    sessions: async ({ search, lane, limit }) => {
      const rows = await journal.sessions({
        limit: limit ?? 100,
        ...(search === undefined ? {} : { search }),
        ...(lane === undefined ? {} : { lane }),
      });
      return rows.map(sessionView);
    },
    transcript: (session, { before, limit }) =>
      journal.transcript(session, {
        limit: limit ?? 100,
        ...(before === undefined ? {} : { before }),
      }),
    newSession: async (lane) => {
      const [before] = await journal.sessions({ lane, limit: 1 });
      const row = await journal.newSession(lane, clock.now());
      bus.emit({
        type: 'session',
        lane,
        session: row.id,
        ...(before === undefined ? {} : { before: before.id }),
      });
      return sessionView(row);
    },
    renameSession: async (session, title) => {
      if ((await journal.session(session)) === undefined)
        throw new RequestError(`There is no session ${session}.`);
      await journal.updateSession(session, { title: title.trim().slice(0, 200) });
    },

    queue: async ({ lane, limit }) =>
      (await journal.queued({ limit: limit ?? 200, ...(lane === undefined ? {} : { lane }) })).map(
        queuedView,
      ),
    removeQueued: async (message, by) => {
      const stored = await journal.message(message);
      const done = await journal.settle(message, 'cancelled', {
        now: clock.now(),
        outbound: [],
        detail: { by },
      });
      if (!done || stored === undefined)
        throw new RequestError(`Message ${message} does not wait; it may have been started.`);
      bus.emit({ type: 'settled', lane: stored.lane, message, outcome: 'cancelled', text: '' });
    },
    stopTurn: async (turn, by) => {
      const here = turns.get(turn);
      if (here !== undefined) here.cut('stop');
      else await direct(turn, 'interrupt', { by, why: 'stop' });
    },
    answer: async (turn, question, option) => {
      const here = turns.get(turn);
      if (await here?.answer(question, option)) return;
      // Nobody waits for it here. Kept, so that it counts whoever asks next; and told to whoever runs it now.
      if (!(await new QuestionStore(journal).answer(turn, question, option)))
        throw new RequestError('That question is not open any more.');
      if (here === undefined) await direct(turn, 'answer', { question, option }).catch(() => {});
    },
    trace: async (id) => {
      const message = await journal.message(id);
      if (message === undefined) throw new RequestError(`There is no message ${id}.`);
      const [events, reply] = await Promise.all([journal.trace(id), journal.replyOf(id)]);
      return {
        message: {
          ...queuedView(message),
          address: message.address,
          updateId: message.updateId,
          state: message.state,
          ...(message.outcome === undefined ? {} : { outcome: message.outcome }),
          ...(reply === undefined ? {} : { reply: reply.text }),
        },
        events,
      };
    },

    deadLetters: () => journal.deadLetters(200),
    deadLetter: async (id) => (await journal.deadLetter(id)) ?? noDead(id),
    retryDead: async (id) => {
      const letter = (await journal.deadLetter(id)) ?? noDead(id);
      if (!(await journal.retryDead(id, clock.now()))) noDead(id);
      if (letter.what === 'outbound') shop.couriers.of(letter.address)?.kick();
      else claimWaiting();
    },
    dropDead: async (id) => {
      if (!(await journal.dropDead(id, clock.now()))) noDead(id);
    },

    ...pairingOperations(shop, people),

    commands: () =>
      COMMANDS.filter((c) => (c.scope as string) !== 'terminal').map(
        ({ name, aliases, help, category, ...rest }) => ({
          name,
          aliases,
          help,
          category,
          ...('args' in rest ? { args: rest.args } : {}),
        }),
      ),
    agents: () => shop.agents.list(),
  };
}

function noDead(id: string): never {
  throw new RequestError(`There is no dead letter ${id}. "sluice dead list" shows them.`);
}

function sessionView({ endedAt, ...row }: SessionRow): SessionView {
  return { ...row, ended: endedAt !== undefined };
}

export function queuedView(m: StoredMessage): QueuedView {
  const { id, lane, session, text, receivedAt } = m;
  return { id, lane, session, text, receivedAt, who: m.sender.name ?? m.sender.id };
}
