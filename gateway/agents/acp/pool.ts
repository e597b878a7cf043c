import { SECOND, type Timer } from '../../core/clock.ts';
import { aborted } from '../../core/wait.ts';
import type { AgentDeps } from '../deps.ts';
import { memoryOfGroups } from '../shared/groupMemory.ts';
import type { AcpProcess } from './acpProcess.ts';

const MIB = 1_048_576;

export interface PoolLimits {
  readonly maxProcesses: number;
  readonly idleSeconds: number;
  /** MiB of one process and all it started; 0: no limit. */
  readonly maxMemory: number;
}

/** How often the memory of the processes is looked at. */
export const MEMORY_EVERY_MS = 10 * SECOND;

interface Place {
  readonly process: Promise<AcpProcess>;
  ready: AcpProcess | undefined;
  users: number;
  idle: Timer | undefined;
  /** Of `clock.monotonic`; the place that idles longest goes first. */
  idleSince: number;
}

/**
 * The agent processes that run, by key (a session, or one key for all).
 *
 *     absent ──take──▶ starting ──▶ busy ◀──take── idle
 *                         │          └──give back──▶ │
 *                         └─ fails ─▶ absent ◀───────┴─ idle_timeout, retired, or its place is needed
 *
 * Beyond `maxProcesses` an idle one is ended for the newcomer; if none idles, the turn waits.
 */
export class Pool {
  readonly #places = new Map<string, Place>();
  readonly #make: (key: string) => Promise<AcpProcess>;
  readonly #limits: PoolLimits;
  readonly #deps: Pick<AgentDeps, 'clock'>;
  /** All that run, those too that were replaced and still finish a turn. */
  readonly #alive = new Set<AcpProcess>();
  readonly #waiting = new Set<() => void>();
  #look: Timer | undefined;

  constructor(
    make: (key: string) => Promise<AcpProcess>,
    limits: PoolLimits,
    deps: Pick<AgentDeps, 'clock'>,
  ) {
    this.#make = make;
    this.#limits = limits;
    this.#deps = deps;
  }

  get size(): number {
    return this.#places.size;
  }

  /** A process for a turn; give it back afterwards. Rejects when it can't start or `signal` aborts. */
  async take(key: string, signal: AbortSignal): Promise<{ process: AcpProcess; giveBack(): void }> {
    for (;;) {
      signal.throwIfAborted();
      const known = this.#places.get(key);
      if (known?.ready?.retired === true) this.#drop(key, known);
      else if (known !== undefined) return this.#use(key, known);
      else if (this.#places.size < this.#limits.maxProcesses || this.#makeRoom()) {
        return this.#use(key, this.#open(key));
      } else await Promise.race([this.#room(), aborted(signal)]);
    }
  }

  /** Ends the process of a key, if it does no work. */
  async end(key: string): Promise<void> {
    const place = this.#places.get(key);
    if (place === undefined || place.users > 0) return;
    this.#drop(key, place);
    await (await place.process.catch(() => undefined))?.end();
  }

  async close(): Promise<void> {
    this.#look?.cancel();
    const all = [...this.#places];
    for (const [key, place] of all) this.#drop(key, place);
    await Promise.all(all.map(([, { process }]) => process.catch(() => {})));
    await Promise.all([...this.#alive].map((process) => process.end()));
  }

  /** Looks at the memory now and then, while any process runs. */
  #watchMemory(): void {
    if (this.#look !== undefined || this.#limits.maxMemory === 0) return;
    this.#look = this.#deps.clock.after(MEMORY_EVERY_MS, () => {
      void memoryOfGroups()
        .then((sizes) => this.#endTooLarge(sizes))
        .catch(() => {})
        .finally(() => {
          this.#look = undefined;
          if (this.#alive.size > 0) this.#watchMemory();
        });
    });
  }

  /** A turn in it fails and says why; the next one gets a new process. */
  #endTooLarge(sizes: ReadonlyMap<number, number>): void {
    const { maxMemory } = this.#limits;
    for (const process of this.#alive) {
      const size = (sizes.get(process.group.pid ?? -1) ?? 0) / MIB;
      if (size <= maxMemory) continue;
      process.endedBecause = `by the gateway: it took ${Math.round(size)} MiB, more than ${maxMemory} (max_memory)`;
      void process.end('SIGTERM');
    }
  }

  #open(key: string): Place {
    const process = this.#make(key);
    const place: Place = { process, ready: undefined, users: 0, idle: undefined, idleSince: 0 };
    this.#places.set(key, place);
    process.then(
      (ready) => {
        place.ready = ready;
        this.#alive.add(ready);
        this.#watchMemory();
        // A process that ends by itself leaves its place at once.
        void ready.group.over.then(() => {
          this.#alive.delete(ready);
          this.#drop(key, place);
        });
      },
      () => this.#drop(key, place),
    );
    return place;
  }

  async #use(key: string, place: Place) {
    place.users += 1;
    place.idle?.cancel();
    let back = false;
    const giveBack = () => {
      if (back) return;
      back = true;
      place.users -= 1;
      if (place.users === 0) this.#idle(key, place);
    };
    try {
      return { process: await place.process, giveBack };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  #idle(key: string, place: Place): void {
    if (this.#places.get(key) !== place) {
      void place.ready?.end();
      return;
    }
    if (place.ready?.retired === true) {
      this.#drop(key, place);
      void place.ready.end();
      return;
    }
    place.idleSince = this.#deps.clock.monotonic();
    place.idle = this.#deps.clock.after(this.#limits.idleSeconds * SECOND, () => {
      void this.end(key);
    });
    this.#wake();
  }

  #drop(key: string, place: Place): void {
    place.idle?.cancel();
    if (this.#places.get(key) === place) this.#places.delete(key);
    this.#wake();
  }

  #makeRoom(): boolean {
    const idle = [...this.#places].filter(([, p]) => p.users === 0 && p.ready !== undefined);
    const oldest = idle.sort(([, a], [, b]) => a.idleSince - b.idleSince)[0];
    if (oldest === undefined) return false;
    void this.end(oldest[0]);
    return true;
  }

  #room(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  #wake(): void {
    for (const resolve of this.#waiting) resolve();
    this.#waiting.clear();
  }
}
