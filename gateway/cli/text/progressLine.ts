import { duration } from './format.ts';

const WIDTH = 24;
/** What is over sooner needs no line. */
const SOON_MS = 1_000;
const FRAME_MS = 80;

/** A bar on the terminal for what takes longer than a second; nothing in a pipe. */
export class ProgressLine {
  #what = '';
  #began = performance.now();
  #drawn = 0;
  #shown = false;

  readonly advance = (what: string, done: number, total: number): void => {
    if (process.stderr.isTTY !== true) return;
    const now = performance.now();
    if (what !== this.#what) [this.#what, this.#began] = [what, this.#shown ? now : this.#began];
    if (now - this.#began < SOON_MS && !this.#shown) return;
    if (now - this.#drawn < FRAME_MS) return;
    [this.#drawn, this.#shown] = [now, true];
    process.stderr.write(`\r\x1b[K${barText(what, done, total, now - this.#began)}`);
  };

  end(): void {
    if (this.#shown) process.stderr.write('\r\x1b[K');
    this.#shown = false;
  }
}

/** The text of the line. */
export function barText(what: string, done: number, total: number, elapsedMs: number): string {
  const part = total === 0 ? 1 : Math.min(1, done / total);
  const full = Math.floor(part * WIDTH);
  const left = part > 0 && part < 1 ? `, ${duration((elapsedMs * (1 - part)) / part)} left` : '';
  const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
  return `${what} ${bar} ${Math.floor(part * 100)} % (${done} of ${total} rows${left})`;
}
