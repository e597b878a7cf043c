import type { Operations } from '../../core/operations.ts';
import type { Status } from '../../core/status.ts';

/** The gateway's status, asked anew only after it has changed or grown old. */
export class StatusView {
  readonly #operations: Operations;
  readonly #now: () => number;
  #known: { readonly at: number; readonly status: Promise<Status> } | undefined;

  constructor(operations: Operations, now: () => number) {
    this.#operations = operations;
    this.#now = now;
  }

  /** A status at most `maxAgeMs` old. */
  get(maxAgeMs = 1000): Promise<Status> {
    const known = this.#known;
    if (known !== undefined && this.#now() - known.at <= maxAgeMs) return known.status;
    const status = this.#operations.status();
    this.#known = { at: this.#now(), status };
    status.catch(() => this.changed());
    return status;
  }

  /** What is known is no longer true. */
  changed(): void {
    this.#known = undefined;
  }

  /** Whether a restart without a successor is under way: what is taken now cannot be answered here. */
  async fullRestart(): Promise<boolean> {
    const { state, desired } = await this.get();
    if (state === 'stopped') return true;
    return state === 'draining' && (desired === 'stopped' || desired === 'restarted');
  }
}
