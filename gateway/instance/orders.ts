import { HOUR, SECOND } from '../core/clock.ts';
import { RequestError } from '../core/exit.ts';
import type { RestartRequest } from '../core/operations.ts';
import { effectiveState, type Order, type OrderKind } from '../core/order.ts';
import { wait } from '../core/wait.ts';
import { notify, WORDS } from '../delivery/notices.ts';
import type { Drainer } from './drainer.ts';
import { chatOf, endOf } from './orderRecords.ts';
import type { Shop } from './shop.ts';

/** Who can put another process in this one's place. Absent in a process that runs alone. */
export interface Above {
  requestRestart(order: Order): void;
  cancelRestart(order: Order): void;
}

/** How long a restart order stays open at the most: its drain, and time to come back. */
const COME_BACK = 60 * SECOND;
/** How long a restart waits for a moment in which nothing runs. */
const IDLE_WITHIN = 24 * HOUR;
/** How long a cancel waits to learn whether it came in time. */
const CANCEL = 5 * SECOND;
const PAUSE = 15 * 60 * SECOND;

/**
 * Restart and drain orders of this instance: placed, joined, carried out, closed. The record is in the
 * journal, so that whoever comes next can close it and tell the chat that asked.
 */
export class Orders {
  readonly #shop: Shop;
  readonly #drainer: Drainer;
  readonly #above: Above | undefined;
  /** Called for a full restart when nobody is above. */
  readonly #restartAlone: (order: Order) => void;
  /** Orders of this instance's own time: not what an earlier one left, even while this one is still starting. */
  readonly #own = new Set<string>();
  #restart: Order | undefined;
  #drain: Order | undefined;
  /** The restart order that waits until nothing runs, with its deadline on the monotonic clock. */
  #idle: { readonly order: Order; readonly until: number } | undefined;

  constructor(
    shop: Shop,
    drainer: Drainer,
    above: Above | undefined,
    restartAlone: (order: Order) => void,
  ) {
    this.#shop = shop;
    this.#drainer = drainer;
    this.#above = above;
    this.#restartAlone = restartAlone;
  }

  /** The orders to show: open, or the last that ended. */
  get restartOrder(): Order | undefined {
    return this.#restart;
  }
  get drainOrder(): Order | undefined {
    return this.#drain;
  }

  /**
   * Places a restart order, or returns the open one and starts nothing. Who joins changes it where he
   * wants more: `force` cuts turns, and a restart that waits until nothing runs is begun at once when
   * it is asked for without.
   */
  async restart(request: RestartRequest): Promise<Order> {
    const { settings, clock, newId, journal, log } = this.#shop;
    const now = clock.now();
    const mode = request.full === true || this.#above === undefined ? 'full' : 'handover';
    const whenIdle = request.whenIdle === true;
    const open = (whenIdle ? IDLE_WITHIN : 0) + COME_BACK;
    const tell = request.tell ?? (await chatOf(journal, request));
    const { order, created } = await this.#place({
      id: newId(),
      kind: 'restart',
      by: request.by,
      mode,
      force: request.force ?? false,
      createdAt: now,
      deadline: now + (mode === 'full' ? settings.restartDrainTimeout : 0) + open,
      state: 'open',
      ...(whenIdle ? { whenIdle } : {}),
      ...(tell === undefined ? {} : { tell }),
    });
    this.#restart = order;
    if (created) {
      log.info(
        { order: order.id, by: order.by, mode, whenIdle, force: order.force },
        'restart ordered',
      );
      if (whenIdle) {
        this.#idle = { order, until: clock.monotonic() + IDLE_WITHIN };
        this.look();
      } else this.#carryOut(order);
      return order;
    }
    const force = request.force === true && !order.force;
    const atOnce = this.#idle?.order.id === order.id && (!whenIdle || force);
    if (!force && !atOnce) return order;
    const patch = {
      ...(force ? { force } : {}),
      ...(atOnce ? { whenIdle: false, deadline: Math.min(order.deadline, now + COME_BACK) } : {}),
    };
    this.#restart = (await journal.updateOrder(order.id, patch)) ?? order;
    if (atOnce) this.#idle = undefined;
    if (this.#restart.state === 'open') this.#carryOut(this.#restart);
    return this.#restart;
  }

  /** Nothing may run any more, or time has passed: an order that waits for that is carried out, or is over. */
  look(): void {
    const idle = this.#idle;
    if (idle === undefined) return;
    const { clock, log } = this.#shop;
    const over = clock.monotonic() > idle.until;
    // A hand-over that somebody else began is a restart, too: the successor closes the order.
    const leaving = this.#drainer.state.purpose === 'leave';
    if (!over && !leaving && this.#drainer.working > 0) return;
    this.#idle = undefined;
    if (leaving) return;
    if (!over) this.#carryOut(idle.order);
    else {
      const reason = 'something ran all the time';
      void this.close(idle.order.id, 'timed-out', reason).catch((error) =>
        log.warn({ err: error }, 'could not close a restart order'),
      );
    }
  }

  /** @throws RequestError where there is nothing to take back, or it is too late. */
  async cancelRestart(): Promise<Order> {
    const order = this.#restart;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no restart to cancel.');
    if (this.#idle?.order.id === order.id) {
      this.#idle = undefined;
      return this.close(order.id, 'cancelled');
    }
    if (order.mode === 'full')
      throw new RequestError('It is too late to cancel: the gateway is leaving already.');
    this.#above?.cancelRestart(order);
    const ended = await endOf(this.#shop, order.id, CANCEL);
    if (ended?.state === 'cancelled') return ended;
    throw new RequestError(
      ended === undefined
        ? 'The restart could not be taken back yet; see `sluice status`.'
        : `It is too late to cancel: the restart is ${ended.state}.`,
    );
  }

  async drain(by: string, timeout: number = PAUSE): Promise<Order> {
    const { clock, newId, journal } = this.#shop;
    const now = clock.now();
    const placed = await this.#place({
      id: newId(),
      kind: 'drain',
      by,
      force: false,
      createdAt: now,
      deadline: now + timeout,
      state: 'open',
    });
    this.#drain = placed.created
      ? placed.order
      : ((await journal.updateOrder(placed.order.id, { deadline: now + timeout })) ?? placed.order);
    this.#drainer.pause(timeout);
    return this.#drain;
  }

  async cancelDrain(): Promise<Order> {
    const order = this.#drain;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no drain to cancel.');
    if (!this.#drainer.cancel())
      throw new RequestError('It is too late to cancel: the gateway is leaving.');
    return this.#end(order, 'cancelled');
  }

  /** The pause reached its deadline and nobody renewed it. */
  async pauseOver(): Promise<void> {
    if (this.#drain?.state === 'open') await this.#end(this.#drain, 'timed-out');
  }

  /** Someone else (a signal) began a hand-over: record it, so that status and journal tell of it. */
  async noted(id: string, by: string): Promise<void> {
    const now = this.#shop.clock.now();
    const { order } = await this.#place({
      id,
      kind: 'restart',
      by,
      mode: 'handover',
      force: false,
      createdAt: now,
      deadline: now + COME_BACK,
      state: 'open',
    });
    this.#restart = order;
  }

  /** Closes a restart order with its end, and tells the chat that asked when it came to nothing. */
  async close(
    id: string,
    state: 'done' | 'refused' | 'cancelled' | 'timed-out',
    reason?: string,
    successor?: string,
  ): Promise<Order> {
    const order = await this.#shop.journal.updateOrder(id, {
      state,
      endedAt: this.#shop.clock.now(),
      ...(reason === undefined ? {} : { reason }),
      ...(successor === undefined ? {} : { successor }),
    });
    if (order === undefined) throw new RequestError(`There is no restart order ${id}.`);
    this.#restart = order;
    if ((state === 'refused' || state === 'timed-out') && order.tell !== undefined) {
      await notify(this.#shop, `restart:${id}`, order.tell, WORDS.refused(reason ?? state));
    }
    return order;
  }

  /**
   * At the start of a serving instance: open restart orders of earlier ones are done, because this is
   * what they asked for. The chat that asked is told once, after the turn that asked has ended.
   */
  async closeEarlier(): Promise<void> {
    const { journal, instance, clock } = this.#shop;
    for (const order of await journal.orders({ state: 'open', limit: 20 })) {
      if (this.#own.has(order.id)) continue;
      const now = clock.now();
      if (order.kind === 'drain') {
        // A drain belongs to the instance that was told to: its successor serves (R07).
        await journal.updateOrder(order.id, { state: 'done', endedAt: now });
        continue;
      }
      const done = await journal.updateOrder(order.id, {
        state: effectiveState(order, now) === 'timed-out' ? 'timed-out' : 'done',
        endedAt: now,
        successor: instance,
      });
      this.#restart = done;
      if (done?.tell !== undefined) void this.#tellBack(done, done.tell);
    }
  }

  async #tellBack(order: Order, tell: NonNullable<Order['tell']>): Promise<void> {
    const { journal, clock, log, couriers, gate } = this.#shop;
    // The turn that asked may still run in the predecessor: its reply comes first (R09). And as long as
    // the predecessor sends for the account, the word would reach the pages that it still has, not ours.
    const early = async () =>
      couriers.of(tell.address)?.holding === false ||
      (tell.turn !== undefined && (await journal.running()).some((r) => r.turn === tell.turn));
    try {
      while (gate.phase === 'open' && (await early())) await wait(clock, 50);
      const took = ((order.endedAt ?? clock.now()) - order.createdAt) / SECOND;
      await notify(this.#shop, `restart:${order.id}`, tell, WORDS.back(took));
    } catch (error) {
      log.warn({ err: error, order: order.id }, 'could not tell a chat that the restart is over');
    }
  }

  #carryOut(order: Order): void {
    if (this.#above !== undefined) this.#above.requestRestart(order);
    else this.#restartAlone(order);
  }

  /** An open order past its deadline is over, whoever left it: it does not stand in a new one's way. */
  async #place(order: Order): Promise<{ order: Order; created: boolean }> {
    this.#own.add(order.id);
    const { journal, clock } = this.#shop;
    const placed = await journal.order(order);
    if (placed.created || effectiveState(placed.order, clock.now()) === 'open') return placed;
    await this.#end(placed.order, 'timed-out');
    return journal.order(order);
  }

  async #end(order: Order, state: 'cancelled' | 'timed-out'): Promise<Order> {
    const ended = await this.#shop.journal.updateOrder(order.id, {
      state,
      endedAt: this.#shop.clock.now(),
    });
    const result = ended ?? { ...order, state };
    if ((order.kind as OrderKind) === 'drain') this.#drain = result;
    return result;
  }
}
