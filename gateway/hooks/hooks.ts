import type { JsonValue } from '../core/message.ts';

/** What can be hooked, by the name that the configuration uses. */
export const HOOK_EVENTS = [
  'session:start',
  'session:reset',
  'session:end',
  'turn:start',
  'turn:end',
  'gateway:drain',
  'gateway:stop',
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];

export interface HookPayload {
  readonly event: HookEvent;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly [detail: string]: JsonValue;
}

/** Something that wants to know. It may take its time, and it may fail: the flow never waits for it. */
export interface Hook {
  readonly name: string;
  readonly events: ReadonlySet<HookEvent>;
  /** `signal` aborts when the gateway ends and cannot wait any longer. */
  run(payload: HookPayload, signal: AbortSignal): Promise<void>;
}

/** Hooks that run at one time; a burst of turns must not become a burst of processes. */
const SIDE_BY_SIDE = 8;
/** Events that wait for that; what comes on top is not told, and that is logged. */
const WAITING = 1000;

/**
 * Tells every hook of an event, in the order of the events and a few side by side. A hook that fails is
 * logged and stops nothing. `settled` waits for all that was told; the caller bounds it and calls `end`.
 */
export class Hooks {
  readonly #hooks: readonly Hook[];
  readonly #running = new Set<Promise<void>>();
  readonly #waiting: { readonly hook: Hook; readonly payload: HookPayload }[] = [];
  readonly #ended = new AbortController();
  readonly #failed: (hook: string, event: HookEvent, error: unknown) => void;

  constructor(
    hooks: readonly Hook[],
    failed: (hook: string, event: HookEvent, error: unknown) => void,
  ) {
    this.#hooks = hooks;
    this.#failed = failed;
  }

  fire(payload: HookPayload): void {
    for (const hook of this.#hooks) {
      if (!hook.events.has(payload.event)) continue;
      if (this.#waiting.length < WAITING) this.#waiting.push({ hook, payload });
      else
        this.#fail(hook, payload, new Error('too many events wait; it was not told of this one'));
    }
    this.#next();
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.race(this.#running);
  }

  /** Ends what still runs; what waits is not told any more. */
  end(): void {
    for (const { hook, payload } of this.#waiting.splice(0))
      this.#fail(hook, payload, new Error('the gateway ended first; it was not told'));
    this.#ended.abort();
  }

  #next(): void {
    while (this.#running.size < SIDE_BY_SIDE) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const { hook, payload } = next;
      const run: Promise<void> = Promise.resolve()
        .then(() => hook.run(payload, this.#ended.signal))
        .catch((error) => this.#fail(hook, payload, error))
        .finally(() => {
          this.#running.delete(run);
          this.#next();
        });
      this.#running.add(run);
    }
  }

  #fail(hook: Hook, payload: HookPayload, error: unknown): void {
    this.#failed(hook.name, payload.event, error);
  }
}
