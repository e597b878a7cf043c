import type { Log } from '../core/log.ts';

/** What was acquired, released in reverse. A step that fails is logged, and the others follow. */
export class Releases {
  readonly #steps: (() => unknown)[] = [];
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  add(release: () => unknown): void {
    this.#steps.push(release);
  }

  /** Never rejects. */
  async run(): Promise<void> {
    for (const release of this.#steps.reverse()) {
      try {
        await release();
      } catch (error) {
        this.#log.warn({ err: error }, 'a clean-up step failed');
      }
    }
  }
}
