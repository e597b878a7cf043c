/** How often the line is drawn anew. */
const FRAME_MS = 80;

/** One moving line on a terminal's stderr; nothing in a pipe, where a log would fill with it. */
export class Progress {
  readonly #on: boolean;
  readonly #began = performance.now();
  #drawn = 0;

  constructor(wanted: boolean, stream: { isTTY?: boolean } = process.stderr) {
    this.#on = wanted && stream.isTTY === true;
  }

  /** `total` adds a bar and the time that is left. */
  count(what: string, done: number, total?: number): void {
    const now = performance.now();
    if (!this.#on || now - this.#drawn < FRAME_MS) return;
    this.#drawn = now;
    process.stderr.write(`\r\u001b[2K${progressLine(what, done, now - this.#began, total)}`);
  }

  step(what: string): void {
    if (this.#on) process.stderr.write(`\r\u001b[2K${what} …`);
  }

  /** A wait is said in a pipe too: somebody looks at the log of a job that stands still. */
  wait(seconds: number, why: string): void {
    process.stderr.write(`${this.#on ? '\r\u001b[2K' : ''}${why}: waiting ${seconds} s\n`);
    if (!this.#on) return;
    let left = seconds;
    const timer = setInterval(() => {
      left -= 1;
      if (left <= 0) clearInterval(timer);
      else process.stderr.write(`\r\u001b[2K${why}: ${left} s left`);
    }, 1000);
    timer.unref();
  }

  end(): void {
    if (this.#on) process.stderr.write('\r\u001b[2K');
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
