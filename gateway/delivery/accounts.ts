import type { Address } from '../core/message.ts';
import type { Platform } from '../platforms/platform.ts';

/** The platform accounts of this gateway, found by address. */
export class Accounts {
  readonly #platforms = new Map<string, Platform>();

  constructor(platforms: readonly Platform[]) {
    for (const p of platforms) this.#platforms.set(`${p.platform}\0${p.account}`, p);
  }

  of(address: Pick<Address, 'platform' | 'account'>): Platform | undefined {
    return this.#platforms.get(`${address.platform}\0${address.account}`);
  }

  all(): Platform[] {
    return [...this.#platforms.values()];
  }
}
