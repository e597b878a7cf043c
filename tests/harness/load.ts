import { eventually } from './eventually.ts';
import { Ledger, type LedgerOptions, type LedgerTarget, type Verdict } from './ledger.ts';

/** A small load over both ways in: some sessions each, some messages in each. Resolves when all are answered. */
export function smallLoad(ledger: Ledger, sessions = 2, messages = 2): Promise<unknown> {
  const words = Array.from({ length: messages }, () => '/say');
  return Promise.all(
    Array.from({ length: sessions }, (_, i) => [
      ledger.web(`web-${i}`, messages),
      ledger.terminal(`shell-${i}`, words),
    ]).flat(),
  );
}

/** Keeps sessions busy until told to stop; then resolves with the verdict once all is answered. */
export class SteadyLoad {
  readonly ledger: Ledger;
  #on = true;
  readonly #running: Promise<unknown>;

  constructor(target: LedgerTarget, web: number, shell: number, options: LedgerOptions = {}) {
    this.ledger = new Ledger(target, options);
    const loops: Promise<void>[] = [];
    for (let i = 0; i < web; i++) loops.push(this.#repeat(() => this.ledger.web(`web-${i}`, 1)));
    for (let i = 0; i < shell; i++)
      loops.push(this.#repeat(() => this.ledger.terminal(`shell-${i}`, ['/say', '/say', '/say'])));
    this.#running = Promise.all(loops);
  }

  /** Waits until `count` more messages have been answered. */
  more(count: number, withinMs = 30_000): Promise<unknown> {
    const from = this.ledger.answered;
    return eventually(
      `${count} more answers`,
      () => this.ledger.answered >= from + count,
      withinMs,
    );
  }

  async verdict(): Promise<Verdict> {
    this.#on = false;
    await this.#running;
    const verdict = await this.ledger.judge();
    this.ledger.close();
    return verdict;
  }

  async #repeat(once: () => Promise<void>): Promise<void> {
    while (this.#on) await once();
  }
}
