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

/** Something that wants to know. It may take its time, and it may fail: the flow never waits for more than its bound. */
export interface Hook {
  readonly name: string;
  readonly events: ReadonlySet<HookEvent>;
  run(payload: HookPayload): Promise<void>;
}

/**
 * Tells every hook of an event, side by side. A hook that fails is logged and stops nothing.
 * `settled` waits for those still under way; the caller bounds it.
 */
export class Hooks {
  readonly #hooks: readonly Hook[];
  readonly #running = new Set<Promise<void>>();
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
      const run: Promise<void> = Promise.resolve()
        .then(() => hook.run(payload))
        .catch((error) => this.#failed(hook.name, payload.event, error))
        .finally(() => this.#running.delete(run));
      this.#running.add(run);
    }
  }

  async settled(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }
}
