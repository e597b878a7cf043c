/**
 * Who still waits for the reply of a message. A stateless request nobody waits for is given up, but only
 * after a while: a client that retries by itself hangs up first and asks again a moment later.
 */
export class Callers {
  readonly #waiting = new Map<string, { count: number; timer: NodeJS.Timeout | undefined }>();

  /** Somebody waits for `message`. */
  join(message: string): void {
    const entry = this.#waiting.get(message) ?? { count: 0, timer: undefined };
    clearTimeout(entry.timer);
    entry.timer = undefined;
    entry.count++;
    this.#waiting.set(message, entry);
  }

  /** Got the reply. */
  done(message: string): void {
    this.#leave(message);
  }

  /** Hung up. If nobody else waits after `graceMs`, calls `abandon`. */
  gone(message: string, graceMs: number, abandon: () => void): void {
    if (this.#leave(message) > 0) return;
    const entry = { count: 0, timer: undefined as NodeJS.Timeout | undefined };
    entry.timer = setTimeout(() => {
      if (this.#waiting.get(message) === entry) this.#waiting.delete(message);
      abandon();
    }, graceMs);
    entry.timer.unref();
    this.#waiting.set(message, entry);
  }

  close(): void {
    for (const entry of this.#waiting.values()) clearTimeout(entry.timer);
    this.#waiting.clear();
  }

  #leave(message: string): number {
    const entry = this.#waiting.get(message);
    if (entry === undefined) return 0;
    entry.count--;
    if (entry.count <= 0) this.#waiting.delete(message);
    return entry.count;
  }
}
