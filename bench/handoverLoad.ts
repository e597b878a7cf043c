import { ask, get, keepAlive } from '../tests/harness/ask.ts';

const CLIENTS = 20;
/** Each client asks at most this often: 20 of them make at most 200 requests a second. */
const PACE_MS = 100;
const PROBE_MS = 20;

/** One request: when it was begun and how long it took, in milliseconds of `performance.now()`. */
export interface Asked {
  readonly at: number;
  readonly took: number;
}

/** Clients that ask at a steady pace, half of them on new connections, and never try again. */
export class HandoverLoad {
  readonly asked: Asked[] = [];
  readonly failed = new Map<string, number>();
  /** The longest time without any answer. */
  gap = 0;
  /** The longest that a new connection waited until somebody took it and answered. */
  unowned = 0;
  #on = true;
  #last = performance.now();
  readonly #port: number;
  readonly #agent = keepAlive();
  readonly #all: Promise<unknown>;

  constructor(port: number) {
    this.#port = port;
    this.#all = Promise.all([
      this.#probe(),
      ...Array.from({ length: CLIENTS }, (_, client) => this.#client(client)),
    ]);
  }

  async stop(): Promise<void> {
    this.#on = false;
    await this.#all;
    this.#agent.destroy();
  }

  async #client(client: number): Promise<void> {
    const kept = client % 2 === 0 ? { agent: this.#agent } : {};
    while (this.#on) {
      const at = performance.now();
      try {
        const answer = await ask(this.#port, { text: '/say on', session: `c${client}`, ...kept });
        if (answer.status !== 200) this.#fail(String(answer.status));
        const now = performance.now();
        this.gap = Math.max(this.gap, now - this.#last);
        this.#last = now;
        this.asked.push({ at, took: now - at });
      } catch (error) {
        this.#fail((error as NodeJS.ErrnoException).code ?? (error as Error).message);
      }
      await pause(PACE_MS - (performance.now() - at));
    }
  }

  /** Asks what costs nothing to answer, each time on a new connection. */
  async #probe(): Promise<void> {
    while (this.#on) {
      const at = performance.now();
      await get(this.#port, '/healthz').catch(() => {});
      this.unowned = Math.max(this.unowned, performance.now() - at);
      await pause(PROBE_MS);
    }
  }

  #fail(why: string): void {
    this.failed.set(why, (this.failed.get(why) ?? 0) + 1);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, Math.max(0, ms)));
}
