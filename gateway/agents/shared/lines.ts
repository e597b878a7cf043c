import type { Readable } from 'node:stream';

/** A line longer than this is cut: a program that never ends its line must not fill the memory. */
export const LINE_LIMIT = 1_048_576;

/**
 * Cuts a stream of bytes into lines of UTF-8 (without their ends). Invalid bytes become U+FFFD. Pieces of
 * a line are joined once, when it is whole: joined as they come, a long line would be copied each time.
 */
export class LineCutter {
  readonly #decoder = new TextDecoder();
  readonly #limit: number;
  readonly #take: (line: string) => void;
  #pieces: string[] = [];
  #length = 0;

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
    if (this.#length > 0) this.#line();
  }

  #cut(text: string): void {
    let from = 0;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', from)) {
      this.#keep(text.slice(from, at));
      this.#line();
      from = at + 1;
    }
    this.#keep(from === 0 ? text : text.slice(from));
    if (this.#length > this.#limit) this.#line();
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#pieces.push(piece);
    this.#length += piece.length;
  }

  #line(): void {
    const line = this.#pieces.join('');
    this.#pieces = [];
    this.#length = 0;
    this.#take(line.endsWith('\r') ? line.slice(0, -1) : line);
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
