import { createInterface, type Interface } from 'node:readline';
import type { ReadStream, WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { printable } from '../../text/format.ts';
import { columns, rowsOf } from './columns.ts';
import type { View } from './view.ts';

/** What is drawn in one go: a reply that streams costs a redraw this often at most. */
const DRAW_MS = 30;
/** Lines that come this close together were pasted: they are one message. */
const PASTE_MS = 15;
const PROMPT = '› ';

/** The part of a terminal's streams that a screen needs. */
export interface Terminal {
  readonly input: Pick<ReadStream, 'isTTY'> & NodeJS.ReadableStream;
  readonly output: Pick<WriteStream, 'columns'> & NodeJS.WritableStream;
}

export interface ScreenEvents {
  /** What was typed and sent; several lines where they were pasted. */
  typed(text: string): void;
  /** Ctrl-C; `empty`: nothing stood in the prompt. */
  interrupt(empty: boolean): void;
  /** Ctrl-D, or the terminal is gone. */
  leave(): void;
  complete(line: string): string[];
}

/**
 * A conversation on a terminal. What is said scrolls up; below it stay the last row of a reply that
 * is still growing, one line about what is going on, and the prompt, which can be typed in meanwhile:
 *
 *     …said and done          (scrolls)
 *     the reply as far as     ┐
 *     working: step · 2 wait  ├ drawn anew with every change
 *     › what is typed         ┘
 */
export class Screen implements View {
  readonly #output: Terminal['output'];
  readonly #readline: Interface;
  readonly #events: ScreenEvents;
  /** Rows above the prompt that are erased before the next drawing. */
  #footer = 0;
  #scroll: string[] = [];
  /** The last row of a reply that grows; undefined while none does. */
  #live: string | undefined;
  #status = '';
  #typed: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor({ input, output }: Terminal, history: string[], events: ScreenEvents) {
    this.#output = output;
    this.#events = events;
    const readline = createInterface({
      input,
      output,
      terminal: true,
      prompt: PROMPT,
      history,
      historySize: 500,
      removeHistoryDuplicates: true,
      completer: (line: string) => [events.complete(line), line],
    });
    this.#readline = readline;
    readline.on('line', (line) => this.#entered(line));
    readline.on('SIGINT', () => {
      const empty = readline.line === '';
      if (!empty) readline.write(null, { ctrl: true, name: 'u' });
      events.interrupt(empty);
    });
    readline.on('close', () => {
      this.#closed = true;
      events.leave();
    });
    output.on('resize', () => this.#later());
    this.#later();
  }

  line(text: string, tone: 'you' | 'reply' | 'note'): void {
    this.endReply();
    const shown = printable(text);
    const styled = {
      you: () => this.#style('bold', `${PROMPT}${shown}`),
      reply: () => shown,
      note: () => this.#style('dim', shown),
    }[tone]();
    this.#scroll.push(...styled.split('\n'));
    this.#later();
  }

  more(text: string): void {
    const lines = `${this.#live ?? ''}${printable(text)}`.split('\n');
    const rows = lines.flatMap((line) => rowsOf(line, this.#width()));
    this.#live = rows.pop() ?? '';
    this.#scroll.push(...rows);
    this.#later();
  }

  endReply(): void {
    if (this.#live === undefined) return;
    this.#scroll.push(this.#live);
    this.#live = undefined;
    this.#later();
  }

  status(text: string): void {
    if (text === this.#status) return;
    this.#status = text;
    this.#later();
  }

  /** Draws what is left and gives the terminal back. */
  close(): void {
    this.endReply();
    this.#status = '';
    this.#draw(false);
    clearTimeout(this.#timer);
    this.#readline.close();
  }

  #entered(line: string): void {
    // The typed rows stand below the footer: both go, and the line comes back where it belongs.
    const rows = Math.floor(columns(PROMPT + line) / (this.#width() + 1)) + 1;
    this.#erase(rows);
    this.#typed.push(line);
    if (this.#typed.length === 1) setTimeout(() => this.#send(), PASTE_MS);
    this.#draw();
  }

  #send(): void {
    const text = this.#typed.join('\n').trim();
    this.#typed = [];
    if (text !== '') this.#events.typed(text);
  }

  #width(): number {
    return Math.max(20, (this.#output.columns ?? 80) - 1);
  }

  #later(): void {
    if (this.#timer !== undefined || this.#closed) return;
    this.#timer = setTimeout(() => this.#draw(), DRAW_MS);
  }

  #erase(below: number): void {
    const up = this.#footer + below;
    this.#output.write(`${up > 0 ? `\x1b[${up}A` : ''}\r\x1b[J`);
    this.#footer = 0;
    // readline moves up by the rows that it drew last; they are gone.
    (this.#readline as unknown as { prevRows: number }).prevRows = 0;
  }

  #draw(prompt = true): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#closed) return;
    this.#erase(this.#readline.getCursorPos().rows);
    const footer = [
      ...(this.#live === undefined ? [] : [this.#live]),
      ...(this.#status === '' ? [] : [this.#style('dim', this.#fitting(this.#status))]),
    ];
    const rows = [...this.#scroll, ...(prompt ? footer : [])];
    this.#output.write(rows.map((row) => `${row}\n`).join(''));
    this.#scroll = [];
    this.#footer = prompt ? footer.length : 0;
    if (prompt) this.#readline.prompt(true);
  }

  #fitting(text: string): string {
    return rowsOf(printable(text).replaceAll('\n', ' '), this.#width())[0] ?? '';
  }

  #style(style: 'bold' | 'dim', text: string): string {
    return styleText(style, text, { stream: this.#output, validateStream: true });
  }
}
