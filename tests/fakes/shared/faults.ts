/**
 * A fault of a fake platform, armed for the next `times` requests to `method` after `skip` of them.
 *
 * `before`: the connection is cut, nothing happened. `after`: it happened, the answer was lost.
 * `status`: an error answer, nothing happened. `status-after`: an error answer, but it happened.
 * `slow`: answered after `ms`. `hold`: it happened, and is never answered. `duplicate`: getUpdates hands out confirmed updates again.
 * `shuffle`: getUpdates hands them out in the wrong order.
 */
export interface Fault {
  readonly method: string;
  readonly kind:
    | 'before'
    | 'after'
    | 'status'
    | 'status-after'
    | 'slow'
    | 'hold'
    | 'duplicate'
    | 'shuffle';
  /** Strikes only requests whose body holds this. */
  readonly match?: string;
  readonly times?: number;
  readonly skip?: number;
  readonly status?: number;
  readonly description?: string;
  /** Seconds. */
  readonly retryAfter?: number;
  readonly ms?: number;
}

export class Faults {
  #armed: { fault: Fault; skip: number; left: number }[] = [];

  arm(fault: Fault): void {
    this.#armed.push({ fault, skip: fault.skip ?? 0, left: fault.times ?? 1 });
  }

  clear(): void {
    this.#armed = [];
  }

  /** The fault that strikes this request, if any. */
  strike(method: string, body: string): Fault | undefined {
    for (const armed of this.#armed) {
      if (armed.fault.method !== method && armed.fault.method !== '*') continue;
      if (armed.fault.match !== undefined && !body.includes(armed.fault.match)) continue;
      if (armed.skip > 0) {
        armed.skip--;
        continue;
      }
      armed.left--;
      this.#armed = this.#armed.filter((a) => a.left > 0);
      return armed.fault;
    }
    return undefined;
  }
}
