import type { Readable } from 'node:stream';

/** A line longer than this is cut: a program that never ends its line must not fill the memory. */
export const LINE_LIMIT = 1_048_576;

/** Cuts a stream of bytes into lines of UTF-8 (without their ends). Invalid bytes become U+FFFD. */
export class LineCutter {
  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  readonly #take: (line: string) => void;
  #rest = '';

  constructor(take: (line: string) => void, limit = LINE_LIMIT) {
    this.#take = take;
    this.#limit = limit;
  }

  push(bytes: Uint8Array): void {
    this.#cut(this.#decoder.decode(bytes, { stream: true }));
  }

  /** No more comes: what is left is a line too. */
  end(): void {
    this.#cut(this.#decoder.decode());
    if (this.#rest !== '') this.#take(this.#rest);
    this.#rest = '';
  }

  #cut(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() as string;
    for (const line of lines) this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
    if (this.#rest.length > this.#limit) {
      this.#take(this.#rest);
      this.#rest = '';
    }
  }
}

const LOG_LINE = 2_000;
const LOG_LINES = 1_000;

/** Writes what a program says on its standard error into the log, within limits. */
export function logLines(stream: Readable, write: (line: string) => void): void {
  let lines = 0;
  const cutter = new LineCutter((line) => {
    if (line.trim() === '') return;
    lines += 1;
    if (lines < LOG_LINES) write(line.slice(0, LOG_LINE));
    else if (lines === LOG_LINES) write('(it wrote more than is logged)');
  }, LOG_LINE);
  stream.on('data', (bytes: Buffer) => cutter.push(bytes));
  stream.on('end', () => cutter.end());
  stream.on('error', () => {});
}
