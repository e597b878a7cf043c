import type { Io } from './io.ts';

/** How often the line is drawn anew. */
const FRAME_MS = 80;

/** One moving line on a terminal's stderr; nothing in a pipe, where a log would fill with it. */
export class Progress {
  readonly #on: boolean;
  readonly #write: (text: string) => void;
  #what = '';
  #began = 0;
  #drawn = 0;
  #countdown: NodeJS.Timeout | undefined;

  constructor(io: Pick<Io, 'err' | 'errIsTerminal'>, wanted: boolean) {
    this.#write = io.err;
    this.#on = wanted && io.errIsTerminal;
  }

  /** `total` adds a bar and the time that is left. */
  count(what: string, done: number, total?: number): void {
    if (!this.#on) return;
    const now = performance.now();
    if (what !== this.#what) [this.#what, this.#began] = [what, now];
    if (now - this.#drawn < FRAME_MS) return;
    clearInterval(this.#countdown);
    this.#drawn = now;
    this.#write(`\r\u001b[2K${progressLine(what, done, now - this.#began, total)}`);
  }

  step(what: string): void {
    clearInterval(this.#countdown);
    if (this.#on) this.#write(`\r\u001b[2K${what} …`);
  }

  /** A wait is said in a pipe too: somebody looks at the log of a job that stands still. */
  wait(seconds: number, why: string): void {
    this.#write(`${this.#on ? '\r\u001b[2K' : ''}${why}: waiting ${seconds} s\n`);
    if (!this.#on) return;
    let left = seconds;
    clearInterval(this.#countdown);
    this.#countdown = setInterval(() => {
      left -= 1;
      if (left <= 0) clearInterval(this.#countdown);
      else this.#write(`\r\u001b[2K${why}: ${left} s left`);
    }, 1000);
    this.#countdown.unref();
  }

  end(): void {
    clearInterval(this.#countdown);
    if (this.#on) this.#write('\r\u001b[2K');
  }
}

/** The text of the line. Pure. */
export function progressLine(
  what: string,
  done: number,
  elapsedMs: number,
  total?: number,
): string {
  if (total === undefined || total === 0) return `${done} ${what}`;
  const width = 24;
  const filled = Math.round((Math.min(done, total) / total) * width);
  const left = done === 0 ? '?' : `${Math.ceil(((elapsedMs / done) * (total - done)) / 1000)} s`;
  return `[${'#'.repeat(filled)}${'.'.repeat(width - filled)}] ${done}/${total} ${what}, ${left} left`;
}
