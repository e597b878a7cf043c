import type { ServerResponse } from 'node:http';

/**
 * Writes one server-sent event stream to one reader at the reader's pace.
 *
 * Nothing is queued here: `next` is asked for the next piece only when the socket takes more, so what a
 * slow reader has not read stays where it is kept once for everybody (the live turn, the event ring),
 * and this side holds at most one piece and the socket's own buffer (16 KiB). A reader that takes
 * nothing for `stallMs` is let go. After `keepAliveMs` of silence a
 * comment is sent, or whatever `beat` is.
 */
export class EventWriter {
  readonly #out: ServerResponse;
  readonly #next: () => string | undefined;
  readonly #beat: string;
  readonly #keepAliveMs: number;
  readonly #stallMs: number;
  #waiting = false;
  #ended = false;
  #keepAlive: NodeJS.Timeout | undefined;
  #stall: NodeJS.Timeout | undefined;

  /** `next` returns the next piece, or undefined when there is none yet. */
  constructor(
    out: ServerResponse,
    limits: { readonly keepAliveMs: number; readonly stallMs: number },
    next: () => string | undefined,
    beat = ': keep-alive\n\n',
  ) {
    this.#out = out;
    this.#next = next;
    this.#beat = beat;
    this.#keepAliveMs = limits.keepAliveMs;
    this.#stallMs = limits.stallMs;
    out.on('drain', () => {
      clearTimeout(this.#stall);
      this.#waiting = false;
      this.pump();
    });
    out.on('close', () => this.#stop());
  }

  get open(): boolean {
    return !this.#ended;
  }

  /** Sends the head and whatever is there. */
  start(headers: Readonly<Record<string, string>> = {}): void {
    this.#out.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // Proxies that buffer answers (nginx) let an event stream through with this.
      'x-accel-buffering': 'no',
      ...headers,
    });
    this.#out.flushHeaders();
    this.#arm();
    this.pump();
  }

  /** Sends what there is to send, as far as the reader takes it. */
  pump(): void {
    while (!this.#ended && !this.#waiting) {
      const piece = this.#next();
      if (piece === undefined) return;
      this.#write(piece);
    }
  }

  /** Ends the stream after `last`. */
  end(last = ''): void {
    if (this.#ended) return;
    this.#stop();
    this.#out.end(last);
    if (this.#out.writableFinished) return;
    const stall = setTimeout(() => this.#out.destroy(), this.#stallMs);
    this.#out.once('close', () => clearTimeout(stall));
  }

  #write(piece: string): void {
    this.#arm();
    if (this.#out.write(piece)) return;
    this.#waiting = true;
    this.#stall = setTimeout(() => this.#out.destroy(), this.#stallMs);
  }

  #arm(): void {
    clearTimeout(this.#keepAlive);
    this.#keepAlive = setTimeout(() => {
      if (!this.#waiting) this.#write(this.#beat);
      else this.#arm();
    }, this.#keepAliveMs);
  }

  #stop(): void {
    this.#ended = true;
    clearTimeout(this.#keepAlive);
    clearTimeout(this.#stall);
  }
}
