import { randomUUID } from 'node:crypto';
import { NotRunning } from '../../../control/client.ts';
import { RequestError } from '../../../core/exit.ts';
import type { Settled } from '../../../platforms/platform.ts';
import { sendAndWait } from '../send.ts';

const AGAIN_MS = 500;

export interface OutboxEvents {
  accepted(message: string, text: string): void;
  settled(settled: Settled): void;
  refused(text: string, why: string): void;
}

/**
 * What was typed, on its way: in order, each under one id, again and again until the gateway has it.
 * So a message that meets a restart is the same message to the next instance.
 */
export class Outbox {
  readonly #home: string;
  readonly #session: string;
  readonly #events: OutboxEvents;
  readonly #signal: AbortSignal;
  #last: Promise<void> = Promise.resolve();
  readonly #open = new Set<Promise<void>>();

  constructor(home: string, session: string, events: OutboxEvents, signal: AbortSignal) {
    this.#home = home;
    this.#session = session;
    this.#events = events;
    this.#signal = signal;
  }

  /** Sends after what was typed before has been accepted. */
  send(text: string): void {
    const accepted = Promise.withResolvers<void>();
    const before = this.#last;
    this.#last = accepted.promise;
    const done = before
      .then(() => this.#deliver(text, accepted.resolve))
      .finally(() => {
        accepted.resolve();
        this.#open.delete(done);
      });
    this.#open.add(done);
  }

  /** Resolves when everything that was sent has its outcome. */
  async settled(): Promise<void> {
    while (this.#open.size > 0) await Promise.all(this.#open);
  }

  async #deliver(text: string, accepted: () => void): Promise<void> {
    const id = randomUUID();
    const message = { text, session: this.#session };
    while (!this.#signal.aborted) {
      try {
        const { settled } = await sendAndWait(this.#home, message, {
          id,
          gapMs: Number.POSITIVE_INFINITY,
          signal: this.#signal,
          received: (received) => {
            this.#events.accepted(received.id, text);
            accepted();
          },
        });
        this.#events.settled(settled);
        return;
      } catch (error) {
        if (this.#signal.aborted) return;
        if (!(error instanceof NotRunning)) {
          const known = error instanceof RequestError;
          this.#events.refused(text, known ? error.message : String(error));
          return;
        }
        await new Promise((done) => setTimeout(done, AGAIN_MS));
      }
    }
  }
}
