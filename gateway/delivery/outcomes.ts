import type { Journal } from '../journal/journal.ts';
import type { Settled } from '../platforms/platform.ts';
import type { ProgressBus } from './progressBus.ts';

/** Outcomes kept at hand, so that asking right after the fact costs no read. */
const RECENT = 2_000;
/** The length of their texts together, in UTF-16 units: long replies are read again instead. */
const RECENT_TEXT = 4 << 20;
/** Messages asked for at a time. */
const ASKED = 100;

/**
 * Answers "tell me when this message has its outcome", whichever instance gives it: from this
 * process's own progress, or, when another process has committed, from the journal.
 */
export class Outcomes {
  readonly #journal: Journal;
  readonly #bus: ProgressBus;
  readonly #waiting = new Map<string, Set<(settled: Settled) => void>>();
  readonly #recent = new Map<string, Settled>();
  #recentText = 0;
  /** The lanes of messages that this process accepted and nobody has settled: no read can tell more than the bus will. */
  readonly #open = new Map<string, string>();
  readonly #close: (() => void)[] = [];

  constructor(journal: Journal, bus: ProgressBus) {
    this.#journal = journal;
    this.#bus = bus;
    this.#close.push(
      bus.subscribe((p) => {
        if (p.type !== 'settled') return;
        const { message, outcome, text, error, usage } = p;
        this.#settle({
          message,
          outcome,
          text,
          ...(error === undefined ? {} : { error }),
          ...(usage === undefined ? {} : { usage }),
        });
      }),
      journal.onForeignCommit(() => void this.#lookAgain()),
    );
  }

  /** This process accepted the message and will see its outcome on the bus, or another's commit. */
  expect(message: string, lane: string): void {
    this.#open.set(message, lane);
  }

  /** @throws the signal's reason, when it aborts first. */
  async of(message: string, signal?: AbortSignal): Promise<Settled> {
    const known = this.#recent.get(message);
    if (known !== undefined) return known;
    signal?.throwIfAborted();
    const settled = new Promise<Settled>((resolve, reject) => {
      const set = this.#waiting.get(message) ?? new Set();
      const done = (value: Settled) => {
        signal?.removeEventListener('abort', aborted);
        resolve(value);
      };
      const aborted = () => {
        set.delete(done);
        if (set.size === 0) this.#waiting.delete(message);
        reject(signal?.reason);
      };
      set.add(done);
      this.#waiting.set(message, set);
      signal?.addEventListener('abort', aborted, { once: true });
    });
    // It may have been settled before we began to wait, by an earlier instance even.
    if (!this.#open.has(message)) this.#look(message).catch(() => {});
    return settled;
  }

  /**
   * Where another instance is not heard: asks the journal for the oldest messages that were accepted here, and
   * tells whoever looks on.
   */
  async lookForOpen(): Promise<void> {
    const oldest = [...this.#open].slice(0, ASKED);
    await Promise.all(
      oldest.map(async ([message, lane]) => {
        const reply = await this.#journal.replyOf(message);
        if (reply === undefined || !this.#open.has(message)) return;
        this.#bus.emit({ type: 'settled', lane, message, ...reply }, 'elsewhere');
      }),
    );
  }

  close(): void {
    for (const close of this.#close) close();
  }

  async #look(message: string): Promise<void> {
    const reply = await this.#journal.replyOf(message);
    if (reply !== undefined) this.#settle({ message, outcome: reply.outcome, text: reply.text });
  }

  async #lookAgain(): Promise<void> {
    for (const message of [...this.#waiting.keys()]) await this.#look(message).catch(() => {});
    // What nobody waits for and another process may settle is not kept for ever.
    if (this.#open.size > 10 * RECENT) this.#open.clear();
  }

  #settle(settled: Settled): void {
    this.#open.delete(settled.message);
    this.#forget(settled.message);
    this.#recent.set(settled.message, settled);
    this.#recentText += settled.text.length;
    for (const oldest of this.#recent.keys()) {
      if (this.#recent.size <= RECENT && this.#recentText <= RECENT_TEXT) break;
      this.#forget(oldest);
    }
    const waiting = this.#waiting.get(settled.message);
    this.#waiting.delete(settled.message);
    for (const done of waiting ?? []) done(settled);
  }

  #forget(message: string): void {
    this.#recentText -= this.#recent.get(message)?.text.length ?? 0;
    this.#recent.delete(message);
  }
}
