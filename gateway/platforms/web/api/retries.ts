import { createHash } from 'node:crypto';

export interface Accepted {
  readonly id: string;
  readonly lane: string;
  readonly session: string;
  readonly ahead: number;
}

interface Entry {
  readonly accepted: Promise<Accepted>;
  at: number;
  message?: string;
}

const MAX_ENTRIES = 5000;

/**
 * Recent requests without an Idempotency-Key, by caller and body, so that a retry (the openai package
 * sends up to two by itself) joins what its first attempt began instead of running it again.
 *
 * In memory, for `keepMs` after the last attempt: a retry that reaches another process, after a crash or
 * a hand-over, is not recognised and runs anew. Only an Idempotency-Key is safe there.
 */
export class Retries {
  readonly #entries = new Map<string, Entry>();
  /** Fingerprints by the message that their attempt began. */
  readonly #prints = new Map<string, string>();
  readonly #now: () => number;
  readonly #keepMs: number;

  constructor(now: () => number, keepMs = 600_000) {
    this.#now = now;
    this.#keepMs = keepMs;
  }

  /** What the latest attempt with this fingerprint began, if it is known. */
  find(fingerprint: string): Promise<Accepted> | undefined {
    const entry = this.#entries.get(fingerprint);
    if (entry === undefined || this.#now() - entry.at > this.#keepMs) return undefined;
    entry.at = this.#now();
    return entry.accepted;
  }

  /** Remembers an attempt; forgets it if it was not accepted. */
  remember(fingerprint: string, accepted: Promise<Accepted>): void {
    this.#drop(fingerprint);
    const entry: Entry = { accepted, at: this.#now() };
    this.#entries.set(fingerprint, entry);
    const kept = () => this.#entries.get(fingerprint) === entry;
    accepted.then(
      ({ id }) => {
        if (!kept()) return;
        entry.message = id;
        this.#prints.set(id, fingerprint);
      },
      () => {
        if (kept()) this.#drop(fingerprint);
      },
    );
    for (const [key, { at }] of this.#entries) {
      if (this.#entries.size <= MAX_ENTRIES && this.#now() - at <= this.#keepMs) break;
      this.#drop(key);
    }
  }

  /** Neither a turn that was given up nor one whose answer was taken is joined: what comes next is new. */
  forget(message: string): void {
    const fingerprint = this.#prints.get(message);
    if (fingerprint !== undefined) this.#drop(fingerprint);
  }

  #drop(fingerprint: string): void {
    const message = this.#entries.get(fingerprint)?.message;
    this.#entries.delete(fingerprint);
    if (message !== undefined) this.#prints.delete(message);
  }
}

/** Names a request by its caller, its session and its body as it came. */
export function fingerprintOf(caller: string, session: string | undefined, raw: string): string {
  const hash = createHash('sha256');
  for (const part of [caller, session ?? '', raw]) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex');
}
