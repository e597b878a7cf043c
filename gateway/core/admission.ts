import type { Refusal } from './refusal.ts';

/** Everything that may run in a gateway. Nothing starts without a token of its kind. */
export type WorkKind = 'receive' | 'turn' | 'background' | 'command' | 'delivery';

/** Permission to do one piece of work. `release` is idempotent. */
export interface Token {
  readonly kind: WorkKind;
  readonly what: string;
  readonly since: number;
  release(): void;
}

/** What is admitted. `settling`: only the delivery of what is committed. */
export type GatePhase = 'open' | 'draining' | 'settling' | 'closed';

const ALLOWED: Record<GatePhase, ReadonlySet<WorkKind>> = {
  open: new Set(['receive', 'turn', 'background', 'command', 'delivery']),
  // Messages are still committed while draining: the successor answers them. No turn starts.
  draining: new Set(['receive', 'command', 'delivery']),
  settling: new Set(['delivery']),
  closed: new Set(),
};

/**
 * The one admission gate and, in the same object, the registry of work: a token is registered in the
 * step that grants it, so there is no instant in which work is admitted but not counted.
 *
 * Phases only advance open → draining → settling → closed; `reopen` goes back to open from draining
 * alone (a cancelled drain). Changing the phase never ends work that holds a token; it decides what
 * may start.
 */
export class Gate {
  #phase: GatePhase = 'open';
  readonly #tokens = new Set<Token>();
  readonly #waiters = new Set<{ kinds: ReadonlySet<WorkKind>; done: () => void }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  get phase(): GatePhase {
    return this.#phase;
  }

  /** Grants a token, or says why not. Synchronous on purpose: nothing can come between check and registration. */
  admit(kind: WorkKind, what: string): Token | Refusal {
    if (!ALLOWED[this.#phase].has(kind)) {
      return { refused: this.#phase === 'closed' ? 'stopped' : 'draining' };
    }
    const token: Token = {
      kind,
      what,
      since: this.#now(),
      release: () => {
        if (this.#tokens.delete(token)) this.#wake();
      },
    };
    this.#tokens.add(token);
    return token;
  }

  advance(phase: Exclude<GatePhase, 'open'>): void {
    const order: GatePhase[] = ['open', 'draining', 'settling', 'closed'];
    if (order.indexOf(phase) > order.indexOf(this.#phase)) this.#phase = phase;
  }

  /** Opens a draining gate again. Returns false where the drain has gone too far to be cancelled. */
  reopen(): boolean {
    if (this.#phase !== 'draining') return this.#phase === 'open';
    this.#phase = 'open';
    return true;
  }

  /** Tokens in hand, oldest first. */
  active(...kinds: WorkKind[]): Token[] {
    return [...this.#tokens].filter((t) => kinds.length === 0 || kinds.includes(t.kind));
  }

  count(...kinds: WorkKind[]): number {
    if (kinds.length === 0) return this.#tokens.size;
    let n = 0;
    for (const token of this.#tokens) if (kinds.includes(token.kind)) n++;
    return n;
  }

  /** Resolves once no token of the kinds is in hand. */
  idle(...kinds: WorkKind[]): Promise<void> {
    if (this.count(...kinds) === 0) return Promise.resolve();
    return new Promise((done) => this.#waiters.add({ kinds: new Set(kinds), done }));
  }

  #wake(): void {
    for (const waiter of this.#waiters) {
      if (this.count(...waiter.kinds) > 0) continue;
      this.#waiters.delete(waiter);
      waiter.done();
    }
  }
}
