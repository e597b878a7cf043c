import { RequestError } from '../core/exit.ts';
import type { Address } from '../core/message.ts';
import {
  APPROVALS_PER_HOUR,
  CODE_LIFE,
  codeFrom,
  decideStranger,
  findCode,
  type PairingRecord,
  type PairingStore,
  type PeopleRules,
  roleOf,
} from '../core/people.ts';
import type { Authorise, Authorised } from '../platforms/shared/deps.ts';

export interface PeopleDeps {
  readonly store: PairingStore;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Bytes of a cryptographic source. */
  readonly randomBytes: (length: number) => Uint8Array;
}

const HOUR = 3_600_000;

/** Who may talk on every account, and how strangers are let in. */
export class People {
  readonly #deps: PeopleDeps;
  #attempts: number[] = [];
  /** One decision about a stranger at a time: two messages at once must not tell two codes. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(deps: PeopleDeps) {
    this.#deps = deps;
  }

  /** What an adapter asks before it takes a message. */
  authorise(rules: PeopleRules): Authorise {
    return async (who, address, direct) => {
      const role = roleOf(rules, who, address.chat);
      if (role !== undefined) return role;
      const decision = this.#last.then(() => this.#stranger(rules, who, address, direct));
      this.#last = decision.catch(() => {});
      return decision;
    };
  }

  /**
   * Lets in whoever holds the code. The caller has made sure that an owner asks.
   * @throws RequestError for a code that is unknown or too old, and for too many attempts.
   */
  async approve(code: string): Promise<PairingRecord> {
    const { store, now } = this.#deps;
    this.#attempts = this.#attempts.filter((at) => now() - at < HOUR);
    if (this.#attempts.length >= APPROVALS_PER_HOUR) {
      throw new RequestError('too many codes were tried; wait an hour');
    }
    this.#attempts.push(now());
    const found = findCode(await store.all(), code, now());
    if (found === undefined) {
      throw new RequestError(
        `the code ${code.slice(0, 20)} is not known, or older than ${CODE_LIFE / 60_000} minutes; a new one is told to the person a day after the old one`,
      );
    }
    const { code: _, ...who } = found;
    const approved: PairingRecord = { ...who, state: 'approved', at: now() };
    await store.put(approved);
    return approved;
  }

  /** Takes a let-in back. @throws RequestError when nobody is let in by this id. */
  async revoke(who: { platform: string; account: string; id: string }): Promise<void> {
    const { store } = this.#deps;
    if ((await store.find(who)) === undefined) {
      throw new RequestError(`${who.id} on ${who.platform} was not let in by a code`);
    }
    await store.remove(who);
  }

  /** Open codes that can still be approved, and people who were let in. */
  async list(): Promise<readonly PairingRecord[]> {
    const { store, now } = this.#deps;
    const all = await store.all();
    return all.filter((r) => r.state === 'approved' || now() - r.at < CODE_LIFE);
  }

  async #stranger(
    rules: PeopleRules,
    who: { readonly id: string; readonly name?: string },
    { platform, account, chat }: Address,
    direct: boolean,
  ): Promise<Authorised> {
    const { store, now, randomBytes } = this.#deps;
    const stranger = { platform, account, ...who };
    const [record, all] = [await store.find(stranger), await store.all()];
    const toldLately = all.filter((r) => r.state === 'asked' && now() - r.at < HOUR).length;
    const decision = decideStranger(rules, record, { direct, now: now(), toldLately });
    if (decision.do === 'let-in') return 'guest';
    if (decision.do === 'ignore') return 'ignore';
    const code = codeFrom(randomBytes(64));
    await store.put({ ...stranger, chat, state: 'asked', code, at: now() });
    return {
      say: `I do not know you yet. To let you in, my owner can send me “/pair ${code}”, or run: sluice pair approve ${code}\nThe code works for an hour.`,
    };
  }
}
