import { laneAddress } from '../core/lane.ts';
import type { Address } from '../core/message.ts';
import type { Progress } from '../core/progress.ts';
import type { Accounts } from './accounts.ts';
import { Courier, type CourierDeps } from './courier.ts';

/** An instance's couriers: one for each account it knows, whether or not it sends for it now. */
export class Couriers {
  readonly #accounts: Accounts;
  readonly #couriers: ReadonlyMap<object, Courier>;
  /** Whether any account shows progress; where none does, nothing is looked up for every word. */
  readonly #shows: boolean;

  constructor(accounts: Accounts, deps: CourierDeps) {
    this.#accounts = accounts;
    this.#couriers = new Map(accounts.all().map((each) => [each, new Courier(each, deps)]));
    this.#shows = accounts.all().some((each) => each.progress !== undefined);
  }

  of(address: Pick<Address, 'platform' | 'account'>): Courier | undefined {
    const platform = this.#accounts.of(address);
    return platform === undefined ? undefined : this.#couriers.get(platform);
  }

  all(): Courier[] {
    return [...this.#couriers.values()];
  }

  /** Something may be due for anybody. */
  kick(): void {
    for (const courier of this.#couriers.values()) courier.kick();
  }

  /** Typing and streamed text have one owner: the account's sender. A predecessor shows nothing any more. */
  show(progress: Progress): void {
    if (!this.#shows || !('lane' in progress)) return;
    const address = laneAddress(progress.lane);
    const platform = address === undefined ? undefined : this.#accounts.of(address);
    if (platform?.progress === undefined) return;
    if (this.#couriers.get(platform)?.holding) platform.progress(progress);
  }
}
