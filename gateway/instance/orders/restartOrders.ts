import { type Clock, HOUR, type NewId, SECOND } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import type { Log } from '../../core/log.ts';
import type { RestartRequest } from '../../core/operations.ts';
import type { Order } from '../../core/order.ts';
import type { Settings } from '../../core/settings.ts';
import { type Notices, WORDS } from '../../delivery/notices.ts';
import type { Journal } from '../../journal/journal.ts';
import type { Drainer } from '../drainer.ts';
import type { OrderRecords } from './orderRecords.ts';

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

export interface RestartOrdersDeps {
  readonly journal: Pick<Journal, 'updateOrder' | 'running' | 'message'>;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly settings: Pick<Settings, 'restartDrainTimeout'>;
  readonly log: Log;
  readonly notices: Notices;
  readonly drainer: Pick<Drainer, 'state' | 'working'>;
  readonly records: OrderRecords;
  readonly above?: Above;
  /** Called for a full restart when nobody is above. */
  readonly restartAlone: (order: Order) => void;
}

/**
 * Restart orders of this instance: placed, joined, carried out, closed. The record is in the journal, so
 * that whoever comes next can close it and tell the chat that asked.
 */
export class RestartOrders {
  readonly #deps: RestartOrdersDeps;
  #current: Order | undefined;
  /** The order that waits until nothing runs, with its deadline on the monotonic clock. */
  #idle: { readonly order: Order; readonly until: number } | undefined;

  constructor(deps: RestartOrdersDeps) {
    this.#deps = deps;
  }

  /** The order to show: open, or the last that ended. */
  get current(): Order | undefined {
    return this.#current;
  }

  /** An order of an earlier instance that this one's start has ended. */
  ended(order: Order): void {
    this.#current = order;
  }

  /**
   * Places a restart order, or returns the open one and starts nothing. Who joins changes it where he
   * wants more: `force` cuts turns, and a restart that waits until nothing runs is begun at once when
   * it is asked for without.
   */
  async restart(request: RestartRequest): Promise<Order> {
    const { settings, clock, newId, journal, log } = this.#deps;
    const now = clock.now();
    const mode = request.full === true || this.#deps.above === undefined ? 'full' : 'handover';
    const whenIdle = request.whenIdle === true;
    const open = (whenIdle ? IDLE_WITHIN : 0) + COME_BACK;
    const tell = request.tell ?? (await this.#chatOf(request));
    const { order, created } = await this.#deps.records.place({
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
    this.#current = order;
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
    this.#current = (await journal.updateOrder(order.id, patch)) ?? order;
    if (atOnce) this.#idle = undefined;
    if (this.#current.state === 'open') this.#carryOut(this.#current);
    return this.#current;
  }

  /** Nothing may run any more, or time has passed: an order that waits for that is carried out, or is over. */
  look(): void {
    const idle = this.#idle;
    if (idle === undefined) return;
    const { clock, log } = this.#deps;
    const over = clock.monotonic() > idle.until;
    // A hand-over that somebody else began is a restart, too: the successor closes the order.
    const leaving = this.#deps.drainer.state.purpose === 'leave';
    if (!over && !leaving && this.#deps.drainer.working > 0) return;
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
  async cancel(): Promise<Order> {
    const order = this.#current;
    if (order === undefined || order.state !== 'open')
      throw new RequestError('There is no restart to cancel.');
    if (this.#idle?.order.id === order.id) {
      this.#idle = undefined;
      return this.close(order.id, 'cancelled');
    }
    if (order.mode === 'full')
      throw new RequestError('It is too late to cancel: the gateway is leaving already.');
    this.#deps.above?.cancelRestart(order);
    const ended = await this.#deps.records.endOf(order.id, CANCEL);
    if (ended?.state === 'cancelled') return ended;
    throw new RequestError(
      ended === undefined
        ? 'The restart could not be taken back yet; see `sluice status`.'
        : `It is too late to cancel: the restart is ${ended.state}.`,
    );
  }

  /** Someone else (a signal) began a hand-over: record it, so that status and journal tell of it. */
  async noted(id: string, by: string): Promise<void> {
    const now = this.#deps.clock.now();
    const { order } = await this.#deps.records.place({
      id,
      kind: 'restart',
      by,
      mode: 'handover',
      force: false,
      createdAt: now,
      deadline: now + COME_BACK,
      state: 'open',
    });
    this.#current = order;
  }

  /** Closes a restart order with its end, and tells the chat that asked when it came to nothing. */
  async close(
    id: string,
    state: 'done' | 'refused' | 'cancelled' | 'timed-out',
    reason?: string,
    successor?: string,
  ): Promise<Order> {
    const order = await this.#deps.journal.updateOrder(id, {
      state,
      endedAt: this.#deps.clock.now(),
      ...(reason === undefined ? {} : { reason }),
      ...(successor === undefined ? {} : { successor }),
    });
    if (order === undefined) throw new RequestError(`There is no restart order ${id}.`);
    this.#current = order;
    if ((state === 'refused' || state === 'timed-out') && order.tell !== undefined) {
      await this.#deps.notices.tell(`restart:${id}`, order.tell, WORDS.refused(reason ?? state));
    }
    return order;
  }

  /** The chat of the turn from within which the restart was asked for, where that turn still runs. */
  async #chatOf({ within }: Pick<RestartRequest, 'within'>): Promise<Order['tell']> {
    if (within === undefined) return undefined;
    const { journal } = this.#deps;
    const row = (await journal.running()).find((r) =>
      within.turn === undefined ? r.session === within.session : r.turn === within.turn,
    );
    const message = row && (await journal.message(row.message));
    return message && { address: message.address, lane: message.lane, turn: row.turn };
  }

  #carryOut(order: Order): void {
    if (this.#deps.above !== undefined) this.#deps.above.requestRestart(order);
    else this.#deps.restartAlone(order);
  }
}
