import type { Token } from '../core/admission.ts';
import { SECOND } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import { type Ending, SluiceError } from '../core/exit.ts';
import type { Operations } from '../core/operations.ts';
import type { Status } from '../core/status.ts';
import type { Accounts } from '../delivery/accounts.ts';
import { HookFeed } from '../hooks/hookFeed.ts';
import type { Adoption, Peer } from '../journal/journal.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import { askInWords } from '../turns/questions/inWords.ts';
import { Relay } from '../turns/relay/relay.ts';
import { takeUp, takeUpLapsed } from './adoption.ts';
import type { GatewayParts } from './gatewayParts.ts';
import { Heartbeat } from './heartbeat.ts';
import { leave } from './leaving.ts';
import { closeEarlierOrders } from './orders/earlierOrders.ts';
import type { RestartOrders } from './orders/restartOrders.ts';
import { buildRooms, type Rooms } from './rooms.ts';
import { reportStatus } from './statusReport.ts';

/** How often the lapsed of other machines are looked for. */
const LAPSED_LOOK = 1 * SECOND;

const DECLARED_DEAD =
  'This instance was declared dead by another and leaves; its work goes on there.';
const LOST_LEASE =
  'This instance lost its lease: it could not reach the journal for as long as that lasts, and leaves before others take its work over.';

/**
 * One instance of the gateway.
 *
 *     new ──join──▶ joined ──serve──▶ serving ──leave──▶ draining ──▶ left
 *
 * - joined: known to the journal and proven able to serve; holds nothing yet. A successor waits here
 *   until it is told that it may take over.
 * - serving: has adopted what dead instances left, takes input, runs turns, sends.
 * - draining: see core/drain.ts. A turn's end and its reply are committed before anything is closed.
 * - left: everything is released and closed; `ended` says why.
 */
export class Gateway {
  readonly #parts: GatewayParts;
  readonly #rooms: Rooms;
  readonly #heartbeat: Heartbeat;
  readonly #hookFeed: HookFeed | undefined;
  #relay: Relay | undefined;
  readonly #startedAt: number;
  readonly #undo: (() => void)[] = [];
  /** Held by a predecessor while messages may still come over its open connections. */
  #connected: Token | undefined;
  #stage: 'new' | 'joined' | 'serving' | 'left' = 'new';
  /** Dead instances' work is ours from here on. */
  #adopting = false;
  #leaving: Promise<void> | undefined;
  /** On the monotonic clock. */
  #nextLapsed = 0;
  #ending: Ending | undefined;
  readonly #ended = Promise.withResolvers<Ending>();

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { clock, settings, instance, hooks } = parts;
    this.#startedAt = clock.now();
    this.#hookFeed = hooks === undefined ? undefined : new HookFeed(hooks, clock);
    this.#rooms = buildRooms(parts, {
      status: () => this.status(),
      stop: (force) => void this.stop(force),
      restartAlone: ({ force }) => {
        const timeout = settings.restartDrainTimeout;
        void this.leave({ ending: { why: 'restart' }, timeout, force });
      },
      paused: () =>
        hooks?.fire({ event: 'gateway:drain', at: clock.now(), why: 'paused', instance }),
    });
    const { drainer, restarts } = this.#rooms;
    this.#heartbeat = new Heartbeat({
      ...parts,
      work: () => this.#work(),
      beat: () => {
        drainer.look();
        restarts.look();
      },
      dead: () => this.#abandon(DECLARED_DEAD),
      ...(parts.fleet ? { lapsed: () => this.#lostLease() } : {}),
    });
  }

  /** Why this instance ended; resolves once, when everything is closed. */
  get ended(): Promise<Ending> {
    return this.#ended.promise;
  }
  get operations(): Operations {
    return this.#rooms.operations;
  }
  get accounts(): Accounts {
    return this.#rooms.delivery.accounts;
  }
  get restarts(): RestartOrders {
    return this.#rooms.restarts;
  }
  /** A successor serves: what is said of the gateway as a whole is its business from here on. */
  get handsOver(): boolean {
    return this.#ending?.why === 'handed-over';
  }
  get subscribe(): Host['subscribe'] {
    return (listener) => this.#rooms.delivery.bus.subscribe(listener);
  }
  /** Progress between instances. */
  relay(home: string): Relay {
    const { turns, delivery } = this.#rooms;
    this.#relay = new Relay({ ...this.#parts, ...delivery, home, turns });
    return this.#relay;
  }

  /** The gateway as one account sees it. */
  host(platform: Platform): Host {
    return this.#rooms.intake.host(platform);
  }

  status(): Promise<Status> {
    const { accounts } = this;
    return reportStatus({ ...this.#parts, ...this.#rooms, accounts, relay: this.#relay }, () => ({
      startedAt: this.#startedAt,
      serving: this.#stage === 'serving',
      stopped: this.#stage === 'left',
      handsOver: this.handsOver,
    }));
  }

  /** Makes the instance known and proves that it could serve. @throws whatever makes it unable to. */
  async join(signal: AbortSignal, peer?: Peer): Promise<void> {
    const { journal, clock, instance, machine, generation, version, settings, agents } =
      this.#parts;
    const now = clock.now();
    await journal.join({
      id: instance,
      machine,
      generation,
      version,
      pid: process.pid,
      startedAt: now,
      until: now + settings.instanceLease,
      draining: false,
      peer,
    });
    crashPoint('instance-joined');
    this.#heartbeat.start();
    await agents.get(agents.defaultName)?.probe(signal);
    this.#stage = 'joined';
  }

  /**
   * Takes over: adopts what the dead left, receives, takes the leases, and runs what waits.
   * `alive` are the other instances that live; everybody else's work is taken up at once. `receiving` is
   * awaited when the shared input is open: a predecessor may stop from then on, and not before.
   * @throws ConfigError when no account can ever work and nobody has served before. Else a token that was
   * revoked meanwhile is shown, and what was accepted is kept.
   */
  async serve(alive: readonly string[], receiving?: () => Promise<void>): Promise<void> {
    const { fresh = true } = this.#parts;
    this.#adopting = true;
    const { intake, turns, delivery, restarts } = this.#rooms;
    const { accounts, bus, couriers, notices } = delivery;
    const { log } = this.#parts;
    const adoption = await this.#takeUp(alive);
    crashPoint('work-adopted');
    await Promise.all(couriers.all().map((courier) => courier.start()));
    this.#stage = 'serving';
    this.#heartbeat.listen();
    this.#undo.push(
      bus.subscribe((progress) => couriers.show(progress)),
      bus.subscribe((progress) => askInWords(progress, { accounts, notices, log }), 'here'),
    );
    if (this.#hookFeed !== undefined) this.#undo.push(bus.subscribe(this.#hookFeed.listen, 'here'));
    const opened = intake.inputs.open();
    const hopeless = (error: unknown) => {
      if (fresh) throw error;
    };
    await opened.shared.catch(hopeless);
    crashPoint('input-open');
    await receiving?.();
    crashPoint('serving');
    await intake.commandRunner.takeUp(adoption.commands);
    await turns.claims.waiting();
    const closed = await closeEarlierOrders({ ...this.#parts, ...this.#rooms, couriers, notices });
    if (closed !== undefined) restarts.ended(closed);
    this.#rooms.changed();
    await opened.all.catch(hopeless);
  }

  /** More instances died: their work is taken up at once. */
  async adopt(alive: readonly string[]): Promise<void> {
    // Before, `serve` takes up what is dead by then.
    if (!this.#adopting || this.#stage === 'left') return;
    const { intake, turns, delivery } = this.#rooms;
    const { commands } = await this.#takeUp(alive);
    await intake.commandRunner.takeUp(commands);
    delivery.couriers.kick();
    await turns.claims.waiting();
  }

  /** Drains, then ends with 0. A second call awaits the first; `force` cuts turns. */
  stop(force: boolean): Promise<void> {
    return this.leave({
      ending: { why: 'stopped' },
      timeout: this.#parts.settings.restartDrainTimeout,
      force,
    });
  }

  /**
   * Leaves for good: no new turns, running ones finish until `timeout`, then they are suspended; what
   * is committed is delivered; everything is closed, each step bounded. Re-entrant: the first call's
   * ending stands, and `force` of a later one cuts the wait short.
   */
  leave(options: { ending: Ending; timeout: number; force: boolean }): Promise<void> {
    if (this.#leaving !== undefined) {
      // A stop does not wait for clients that keep a connection open.
      this.#connected?.release();
      if (options.force) this.#rooms.drainer.force();
      else this.#rooms.drainer.look();
      return this.#leaving;
    }
    this.#ending = options.ending;
    this.#leaving = this.#leave(options);
    return this.#leaving;
  }

  async #leave(options: { ending: Ending; timeout: number; force: boolean }): Promise<void> {
    const { drainer, gate, intake, delivery, changed } = this.#rooms;
    const { hooks } = this.#parts;
    const deps = {
      ...this.#parts,
      gate,
      drainer,
      accounts: delivery.accounts,
      couriers: delivery.couriers,
      inputs: intake.inputs,
      hooks,
      hookFeed: this.#hookFeed,
      connected: (token: Token) => {
        this.#connected = token;
      },
      quiet: () => {
        this.#heartbeat.stop();
        for (const undo of this.#undo) undo();
        delivery.outcomes.close();
      },
    };
    await leave(deps, options);
    this.#stage = 'left';
    changed();
    this.#ended.resolve(options.ending);
  }

  /** Orders for our turns first; then, while we serve, whatever waits. */
  async #work(): Promise<void> {
    const { directives, gate, delivery, turns } = this.#rooms;
    await directives.obey();
    if (this.#stage !== 'serving' || gate.phase !== 'open') return;
    if (this.#parts.fleet) await this.#takeUpLapsed();
    delivery.couriers.kick();
    await turns.claims.waiting();
  }

  /** What dead instances left: their work, and their sockets in the home. */
  #takeUp(alive: readonly string[]): Promise<Adoption> {
    void this.#relay?.sweep(alive).catch((error) => {
      this.#parts.log.debug({ err: error }, 'sockets of dead instances could not be removed');
    });
    return takeUp(alive, this.#parts);
  }

  /** Other machines' instances that lapsed: whoever looks first takes their work. */
  async #takeUpLapsed(): Promise<void> {
    const { clock } = this.#parts;
    if (clock.monotonic() < this.#nextLapsed) return;
    this.#nextLapsed = clock.monotonic() + LAPSED_LOOK;
    const { commands } = await takeUpLapsed(this.#parts);
    await this.#rooms.intake.commandRunner.takeUp(commands);
  }

  /**
   * The lease could not be renewed, and others may take our work over from now on. So nothing is started,
   * received or sent any more, before they can; what is written later is refused by the journal.
   */
  #lostLease(): void {
    const { gate, delivery } = this.#rooms;
    gate.advance('closed');
    for (const courier of delivery.couriers.all()) courier.cutOff();
    this.#abandon(LOST_LEASE);
  }

  #abandon(why: string): void {
    if (this.#leaving !== undefined) return;
    this.#parts.log.error({ instance: this.#parts.instance }, why);
    const ending: Ending = { why: 'failed', error: new SluiceError(why) };
    void this.leave({ ending, timeout: 0, force: true });
  }
}
