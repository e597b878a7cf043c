import type { Progress, ProgressListener } from '../core/progress.ts';

/** `here`: of this instance's own turns. `elsewhere`: relayed from another instance of this machine. */
export type Origin = 'here' | 'elsewhere';

/** Hands progress to whoever listens. A listener that throws spoils that one item for itself, never the turn. */
export class ProgressBus {
  readonly #listeners = new Map<ProgressListener, Origin | 'any'>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  subscribe(listener: ProgressListener, from: Origin | 'any' = 'any'): () => void {
    this.#listeners.set(listener, from);
    return () => this.#listeners.delete(listener);
  }

  emit(progress: Progress, origin: Origin = 'here'): void {
    for (const [listener, from] of this.#listeners) {
      if (from !== 'any' && from !== origin) continue;
      try {
        listener(progress);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}
