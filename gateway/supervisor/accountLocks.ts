import { type KernelLock, lockAccount } from './kernelLock.ts';

/** The platform accounts that this home holds, by a hash of their tokens; kept until the supervisor ends (R16). */
export class AccountLocks {
  readonly #held = new Map<string, KernelLock>();
  readonly #lock: (hash: string) => KernelLock | undefined;

  constructor(lock: (hash: string) => KernelLock | undefined = lockAccount) {
    this.#lock = lock;
  }

  /** False while another process has it. A place that cannot be locked stops nobody. */
  hold(hash: string): boolean {
    if (this.#held.has(hash)) return true;
    let lock: KernelLock | undefined;
    try {
      lock = this.#lock(hash);
    } catch {
      // A read-only home directory, say: then nobody else can lock there either.
      return true;
    }
    if (lock === undefined) return false;
    this.#held.set(hash, lock);
    return true;
  }

  release(): void {
    for (const lock of this.#held.values()) lock.release();
    this.#held.clear();
  }
}
