import { type Clock, SECOND, type Timer } from '../core/clock.ts';
import { JournalUnavailable } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import type { Settings } from '../core/settings.ts';
import type { Journal } from '../journal/journal.ts';

/** How often an instance renews its life and looks for work that no event announced. */
const LOOK = 1 * SECOND;

export interface HeartbeatDeps {
  readonly journal: Journal;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly log: Log;
  readonly instance: string;
  /** Looks for orders and work. Called on every beat and after other processes' commits, never twice at a time. */
  readonly work: () => Promise<void>;
  /** Called on every beat, whatever the journal says. */
  readonly beat: () => void;
  /** The journal says that this instance is dead. Called once. */
  readonly dead: () => void;
  /**
   * The lease could not be renewed, and is about to lapse. Called once. Absent where nobody goes by leases:
   * on one machine a supervisor knows who lives.
   */
  readonly lapsed?: () => void;
}

/** The part of a lease after which an instance that could not renew it stops, by its own monotonic clock. */
const SAFE = 0.7;

/**
 * An instance's life in the journal: renewed once a second, and checked before any look for work. An
 * instance that was declared dead must not claim again what was taken from it.
 */
export class Heartbeat {
  readonly #deps: HeartbeatDeps;
  #timer: Timer | undefined;
  #stopForeign: (() => void) | undefined;
  #looking = false;
  #renewing = false;
  /** When the last renewal that succeeded was begun, on the monotonic clock. */
  #renewedAt: number;
  #stopped = false;

  constructor(deps: HeartbeatDeps) {
    this.#deps = deps;
    this.#renewedAt = deps.clock.monotonic();
  }

  start(): void {
    this.#timer = this.#deps.clock.after(LOOK, () => {
      void this.#keep();
      this.#deps.beat();
      this.#watchLease();
      if (!this.#stopped) this.start();
    });
  }

  /** From now on other processes' commits are a reason to look, too. */
  listen(): void {
    this.#stopForeign = this.#deps.journal.onForeignCommit(
      () => void this.#look(() => this.#known()),
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#stopForeign?.();
  }

  /**
   * Renews, then looks. It never waits for a look that is under way: where other machines commit all the time
   * one always is, and the lease would lapse beside a journal that is well.
   */
  async #keep(): Promise<void> {
    if (this.#renewing || this.#stopped) return;
    this.#renewing = true;
    try {
      if (!(await this.#renew())) return this.#end();
    } catch (error) {
      return this.#warn(error);
    } finally {
      this.#renewing = false;
    }
    await this.#look(async () => true);
  }

  async #look(alive: () => Promise<boolean>): Promise<void> {
    if (this.#looking || this.#stopped) return;
    this.#looking = true;
    try {
      if (await alive()) await this.#deps.work();
      else this.#end();
    } catch (error) {
      this.#warn(error);
    } finally {
      this.#looking = false;
    }
  }

  #end(): void {
    if (this.#stopped) return;
    this.stop();
    this.#deps.dead();
  }

  #warn(error: unknown): void {
    const full = error instanceof JournalUnavailable && error.full;
    const what = full
      ? 'the disk is full: nothing is accepted until there is room'
      : 'could not renew the lease';
    this.#deps.log.warn({ err: error }, what);
  }

  async #renew(): Promise<boolean> {
    const { journal, clock, instance, settings } = this.#deps;
    const begun = clock.monotonic();
    const now = clock.now();
    const alive = await journal.renew(instance, { now, until: now + settings.instanceLease });
    if (alive) this.#renewedAt = begun;
    return alive;
  }

  /** Others may take over when the lease lapses: this instance stops before. */
  #watchLease(): void {
    const { clock, settings, lapsed } = this.#deps;
    if (lapsed === undefined || this.#stopped) return;
    if (clock.monotonic() - this.#renewedAt < settings.instanceLease * SAFE) return;
    this.stop();
    lapsed();
  }

  /** As `renew`, without writing: two instances that renewed on each other's commits would never rest. */
  async #known(): Promise<boolean> {
    const { journal, instance } = this.#deps;
    return (await journal.instances()).some((one) => one.id === instance);
  }
}
