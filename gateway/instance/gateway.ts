import { Gate, type Token } from '../core/admission.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Ending } from '../core/exit.ts';
import type { Operations } from '../core/operations.ts';
import type { Status } from '../core/status.ts';
import { Couriers } from '../delivery/couriers.ts';
import { Outcomes } from '../delivery/outcomes.ts';
import { Placeholders } from '../delivery/placeholders.ts';
import { Bus } from '../delivery/progressBus.ts';
import { Accounts } from '../delivery/replies.ts';
import { HookFeed } from '../hooks/hookFeed.ts';
import { Commands } from '../intake/commands.ts';
import { createHost } from '../intake/host.ts';
import { Inputs } from '../intake/inputs.ts';
import { Reception } from '../intake/reception.ts';
import type { Adoption } from '../journal/journal.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import { obeyDirectives } from '../turns/directives.ts';
import { askInWords } from '../turns/questions/inWords.ts';
import { Relay } from '../turns/relay.ts';
import { Turns } from '../turns/turns.ts';
import { closeCommand, takeUp } from './adoption.ts';
import { Drainer } from './drainer.ts';
import type { GatewayParts } from './gatewayParts.ts';
import { Heartbeat } from './heartbeat.ts';
import { declaredDead, leave, settle } from './leaving.ts';
import { createOperations } from './operations.ts';
import { Orders } from './orders.ts';
import type { Shop } from './shop.ts';
import { reportStatus } from './statusReport.ts';

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
  readonly #gate: Gate;
  /** Held by a predecessor while messages may still come over its open connections. */
  #connected: Token | undefined;
  readonly #couriers: Couriers;
  readonly #shop: Shop;
  readonly #bus: Bus;
  readonly #turns: Turns;
  readonly #reception: Reception;
  readonly #outcomes: Outcomes;
  readonly #placeholders: Placeholders;
  readonly #commands: Commands;
  readonly #drainer: Drainer;
  readonly #heartbeat: Heartbeat;
  readonly #orders: Orders;
  readonly #startedAt: number;
  readonly #inputs: Inputs;
  readonly #hookFeed: HookFeed | undefined;
  readonly #undo: (() => void)[] = [];
  #stage: 'new' | 'joined' | 'serving' | 'left' = 'new';
  /** Dead instances' work is ours from here on. */
  #adopting = false;
  #leaving: Promise<void> | undefined;
  #ending: Ending | undefined;
  #end: (ending: Ending) => void = () => {};
  /** Why this instance ended; resolves once, when everything is closed. */
  readonly ended: Promise<Ending>;
  readonly operations: Operations;

  constructor(parts: GatewayParts) {
    this.#parts = parts;
    const { journal, clock, log, settings, newId, random, instance, agents } = parts;
    this.#startedAt = clock.now();
    const { hooks } = parts;
    this.#hookFeed = hooks === undefined ? undefined : new HookFeed(hooks, clock);
    this.#gate = new Gate(() => clock.now());
    this.#bus = new Bus((error) => log.error({ err: error }, 'a listener to progress failed'));
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    const accounts = new Accounts(parts.platforms);
    const gate = this.#gate;
    const bus = this.#bus;
    const sending = { journal, gate, clock, random, settings, instance, log };
    this.#couriers = new Couriers(accounts, sending);
    this.#shop = {
      journal,
      gate,
      bus,
      clock,
      newId,
      random,
      settings,
      instance,
      generation: parts.generation,
      agents,
      accounts,
      couriers: this.#couriers,
      log,
      ...(parts.attachments === undefined ? {} : { attachments: parts.attachments }),
    };
    this.#outcomes = new Outcomes(journal, bus);
    this.#placeholders = new Placeholders(journal);
    this.#turns = new Turns(this.#shop, this.#placeholders);
    this.#reception = new Reception(this.#shop, this.#turns, this.#outcomes);
    this.#drainer = new Drainer({
      gate,
      clock,
      settings,
      turns: this.#turns,
      log,
      settle: () => settle(this.#shop, this.#couriers.all()),
      changed: () => this.#changed(),
      pauseOver: () => {
        void this.#orders
          .pauseOver()
          .catch((error) => log.warn({ err: error }, 'could not close a drain order'));
        void this.#reception.claimWaiting();
      },
    });
    this.#orders = new Orders(this.#shop, this.#drainer, parts.above, (order) => {
      void this.leave({
        ending: { why: 'restart' },
        timeout: settings.restartDrainTimeout,
        force: order.force,
      });
    });
    this.#heartbeat = new Heartbeat({
      journal,
      clock,
      settings,
      log,
      instance,
      work: () => this.#work(),
      beat: () => {
        this.#drainer.look();
        this.#orders.look();
      },
      dead: () => this.#abandon(),
    });
    this.operations = createOperations({
      shop: this.#shop,
      turns: this.#turns,
      orders: this.#orders,
      people: parts.people,
      status: () => this.status(),
      claimWaiting: () => void this.#reception.claimWaiting(),
      stop: (force) => void this.stop(force),
      paused: (why) => hooks?.fire({ event: 'gateway:drain', at: clock.now(), why, instance }),
    });
    this.#inputs = new Inputs(this.#shop, (platform) => this.host(platform));
    this.#commands = new Commands(this.#shop, this.#turns, this.operations);
    this.#turns.changed = () => {
      this.#drainer.look();
      this.#orders.look();
    };
    this.#turns.runCommand = (message) => this.#commands.execute(message);
    this.#reception.followUps.answer = this.operations.answer;
    this.#reception.execute = (message) => this.#commands.execute(message);
  }

  get accounts(): Accounts {
    return this.#shop.accounts;
  }
  get orders(): Orders {
    return this.#orders;
  }
  /** A successor serves: what is said of the gateway as a whole is its business from here on. */
  get handsOver(): boolean {
    return this.#ending?.why === 'handed-over';
  }
  get subscribe(): Host['subscribe'] {
    return (listener) => this.#bus.subscribe(listener);
  }
  /** Progress of this machine's instances, shared over private sockets in the home. */
  relay(home: string): Relay {
    const { instance, log } = this.#parts;
    return new Relay({ home, instance, log, bus: this.#bus, turns: this.#turns });
  }

  host(platform: Platform): Host {
    return createHost({
      shop: this.#shop,
      platform,
      reception: this.#reception,
      placeholders: this.#placeholders,
      outcomes: this.#outcomes,
      operations: this.operations,
      changed: () => this.#changed(),
    });
  }

  status(): Promise<Status> {
    return reportStatus({
      shop: this.#shop,
      turns: this.#turns,
      drainer: this.#drainer,
      orders: this.#orders,
      version: this.#parts.version,
      ...(this.#parts.supervisor === undefined ? {} : { supervisor: this.#parts.supervisor }),
      startedAt: this.#startedAt,
      serving: () => this.#stage === 'serving',
      stopped: () => this.#stage === 'left',
      handsOver: () => this.handsOver,
    });
  }

  /** Makes the instance known and proves that it could serve. @throws whatever makes it unable to. */
  async join(signal: AbortSignal): Promise<void> {
    const { journal, clock, instance, generation, version, settings, agents } = this.#parts;
    const now = clock.now();
    await journal.join({
      id: instance,
      generation,
      version,
      pid: process.pid,
      startedAt: now,
      until: now + settings.instanceLease,
      draining: false,
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
    const adoption = await takeUp(this.#shop, alive);
    crashPoint('work-adopted');
    await Promise.all(this.#couriers.all().map((courier) => courier.start()));
    this.#stage = 'serving';
    this.#heartbeat.listen();
    this.#undo.push(this.#bus.subscribe((progress) => this.#couriers.show(progress)));
    this.#undo.push(this.#bus.subscribe((p) => askInWords(this.#shop, p), 'here'));
    if (this.#hookFeed !== undefined)
      this.#undo.push(this.#bus.subscribe(this.#hookFeed.listen, 'here'));
    const opened = this.#inputs.open();
    const hopeless = (error: unknown) => {
      if (fresh) throw error;
    };
    await opened.shared.catch(hopeless);
    crashPoint('input-open');
    await receiving?.();
    crashPoint('serving');
    await this.#takeUpCommands(adoption);
    await this.#reception.claimWaiting();
    await this.#orders.closeEarlier();
    this.#changed();
    await opened.all.catch(hopeless);
  }

  /** More instances died: their work is taken up at once. */
  async adopt(alive: readonly string[]): Promise<void> {
    // Before, `serve` takes up what is dead by then.
    if (!this.#adopting || this.#stage === 'left') return;
    await this.#takeUpCommands(await takeUp(this.#shop, alive));
    this.#couriers.kick();
    await this.#reception.claimWaiting();
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
      if (options.force) this.#drainer.force();
      else this.#drainer.look();
      return this.#leaving;
    }
    this.#ending = options.ending;
    this.#leaving = this.#leave(options);
    return this.#leaving;
  }

  async #leave(options: { ending: Ending; timeout: number; force: boolean }): Promise<void> {
    const parts = {
      shop: this.#shop,
      drainer: this.#drainer,
      couriers: this.#couriers.all(),
      inputs: this.#inputs,
      hooks: this.#parts.hooks,
      hookFeed: this.#hookFeed,
      connected: (token: Token) => {
        this.#connected = token;
      },
      quiet: () => {
        this.#heartbeat.stop();
        for (const undo of this.#undo) undo();
        this.#outcomes.close();
      },
    };
    await leave(parts, options);
    this.#stage = 'left';
    this.#changed();
    this.#end(options.ending);
  }

  /** Orders for our turns first; then, while we serve, whatever waits. */
  async #work(): Promise<void> {
    await obeyDirectives(this.#shop, this.#turns, this.#reception.followUps);
    if (this.#stage !== 'serving' || this.#gate.phase !== 'open') return;
    this.#couriers.kick();
    await this.#reception.claimWaiting();
  }

  #abandon(): void {
    if (this.#leaving !== undefined) return;
    const ending = declaredDead();
    this.#parts.log.error(
      { instance: this.#parts.instance },
      'declared dead by another instance; leaving',
    );
    void this.leave({ ending, timeout: 0, force: true });
  }

  /** Carries out commands that a dead instance had begun, or closes those whose end the death was. */
  async #takeUpCommands({ commands }: Adoption): Promise<void> {
    for (const command of commands) {
      if (this.#commands.repeatable(command)) void this.#reception.runCommand(command);
      else await closeCommand(this.#shop, command);
    }
  }

  #changed(): void {
    this.#bus.emit({ type: 'status' });
  }
}
