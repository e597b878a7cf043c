import { bounded } from '../core/bounded.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Settings } from '../core/settings.ts';
import type { Accounts } from '../delivery/accounts.ts';
import type { Journal } from '../journal/journal.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import { startAccounts } from './startAccounts.ts';

/** How often a lease is asked for that another instance still holds; its commit wakes us earlier. */
const LOOK = 100;

export interface InputsDeps {
  readonly journal: Pick<Journal, 'lease' | 'release' | 'onForeignCommit'>;
  readonly accounts: Accounts;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'stopStep'>;
  readonly instance: string;
  readonly log: Log;
}

/**
 * The input of every account, and how it moves between instances, by kind.
 *
 * - shared: open as soon as this instance serves, while its predecessor still receives, too: there is no
 *   moment in which nobody does.
 * - cursor and exclusive: open once this instance holds the account's receive lease. A predecessor gives
 *   it up when it has committed its place; with a dead one it is void. So two never receive at once, and
 *   the one that comes begins where the one before ended.
 */
export class Inputs {
  readonly #deps: InputsDeps;
  readonly #host: (platform: Platform) => Host;
  readonly #started = new Set<Platform>();
  readonly #left = new AbortController();

  constructor(deps: InputsDeps, host: (platform: Platform) => Host) {
    this.#deps = deps;
    this.#host = host;
  }

  /**
   * Opens every account. `shared` resolves when whoever may receive beside a predecessor does (or has
   * failed, and is shown); `all` when the others do, too.
   * Both reject with a ConfigError when no account can ever work.
   */
  open(): { readonly shared: Promise<unknown>; readonly all: Promise<void> } {
    const platforms = this.#deps.accounts.all();
    const opened = new Map(platforms.map((p) => [p, this.#open(p)]));
    const all = startAccounts(platforms, (p) => opened.get(p) as Promise<void>, this.#deps.log);
    all.catch(() => {});
    const shared = Promise.allSettled(this.#of('shared').map((p) => opened.get(p)));
    return { shared: this.#of('owned').length === 0 ? all : shared, all };
  }

  /** Takes no more input where others receive as well. Begins at once. */
  async closeShared(): Promise<void> {
    this.#left.abort();
    await Promise.all(this.#of('shared').map((p) => this.#stop(p)));
  }

  /** Takes no more input anywhere, and gives the receive leases up. Again: nothing. */
  async close(): Promise<void> {
    await this.closeShared();
    const { journal, instance, settings } = this.#deps;
    await Promise.all(
      this.#of('owned').map(async (platform) => {
        const name = `${platform.platform}/${platform.account}`;
        // An adapter that hangs must not keep its account from the successor.
        await bounded(`stopping ${name}`, settings.stopStep / 2, this.#stop(platform), this.#deps);
        await journal.release(leaseOf(platform), instance);
      }),
    );
  }

  #of(kind: 'shared' | 'owned'): Platform[] {
    return this.#deps.accounts
      .all()
      .filter((p) => (p.takeOver === 'shared') === (kind === 'shared'));
  }

  async #open(platform: Platform): Promise<void> {
    if (platform.takeOver !== 'shared' && !(await this.#owns(platform))) return;
    this.#started.add(platform);
    await platform.start(this.#host(platform));
  }

  async #stop(platform: Platform): Promise<void> {
    if (this.#started.delete(platform)) await platform.stopReceiving();
  }

  /** Waits for the account's receive lease. `false`: this instance leaves. */
  async #owns(platform: Platform): Promise<boolean> {
    const { journal, instance, clock } = this.#deps;
    const { signal } = this.#left;
    while (!signal.aborted) {
      const changed = Promise.withResolvers<void>();
      const unlisten = journal.onForeignCommit(changed.resolve);
      const timer = clock.after(LOOK, changed.resolve);
      signal.addEventListener('abort', () => changed.resolve(), { once: true });
      try {
        if (await journal.lease(leaseOf(platform), instance, clock.now())) return !signal.aborted;
        await changed.promise;
      } finally {
        unlisten();
        timer.cancel();
      }
    }
    return false;
  }
}

function leaseOf({ platform, account }: Platform): string {
  return `receive:${platform}:${account}`;
}
