import type { ControlClient } from '../../../control/client.ts';
import type { Progress } from '../../../core/progress.ts';
import type { Status } from '../../../core/status.ts';

/** Between two looks while nobody answers, and while all is well. */
const LOOK_AWAY_MS = 150;
const LOOK_MS = 2_000;

export interface FollowerEvents {
  /** `source` names the instance whose stream it came by: after a hand-over there are two for a while. */
  progress(progress: Progress, source: string): void;
  /** An instance answers: this is its status. */
  up(status: Status): void;
  /** Nobody answers. */
  down(): void;
  /** Nothing more comes by this source. */
  gone(source: string): void;
}

/**
 * Follows the gateway of a home across restarts, hand-overs and crashes. A predecessor's stream is
 * kept until it ends by itself: what its last turns say comes by it, while the successor has its own.
 */
export class Follower {
  readonly #client: ControlClient;
  readonly #events: FollowerEvents;
  readonly #sources = new Set<string>();
  #wake: () => void = () => {};

  constructor(client: ControlClient, events: FollowerEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Follows until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    signal.addEventListener('abort', () => this.#wake());
    while (!signal.aborted) {
      const status = await this.#client.status().catch(() => undefined);
      if (signal.aborted) return;
      if (status === undefined) this.#events.down();
      else {
        if (!this.#sources.has(status.instance)) void this.#stream(status.instance, signal);
        this.#events.up(status);
      }
      await new Promise<void>((done) => {
        const timer = setTimeout(done, status === undefined ? LOOK_AWAY_MS : LOOK_MS);
        this.#wake = () => {
          clearTimeout(timer);
          done();
        };
      });
    }
  }

  async #stream(source: string, signal: AbortSignal): Promise<void> {
    this.#sources.add(source);
    try {
      for await (const progress of this.#client.events(signal)) {
        if (progress.type === 'status') this.#wake();
        else this.#events.progress(progress, source);
      }
    } catch {
      // It left, or was killed; the next look finds whoever is there now.
    }
    this.#sources.delete(source);
    if (signal.aborted) return;
    this.#events.gone(source);
    this.#wake();
  }
}
