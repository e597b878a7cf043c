import type { ServerResponse } from 'node:http';
import type { Settled } from '../../platform.ts';
import { EventWriter } from '../http/eventWriter.ts';
import { Problem } from '../http/problem.ts';
import type { LiveTurn, LiveTurns } from '../liveTurns.ts';
import {
  chunk,
  DONE,
  errorEvent,
  finishOf,
  type ReplyHead,
  settledProblem,
  usageChunk,
} from './reply.ts';

/** Text sent at one time, in UTF-16 units. */
const PIECE = 8192;

/**
 * One streamed reply, from whatever point the turn has reached to its end.
 *
 *     opening ─▶ following ─▶ (settled) finishing ─▶ ended
 *
 * While following, text is sent as the live turn shows it; this object holds only how far it got. The
 * committed text decides in the end: what of it was not sent yet is sent then. If a turn was begun anew
 * (a crash, a forced restart) with other words than those already sent, they cannot be taken back: the
 * stream ends with an error that says so, never with two answers in one.
 */
export class ReplyStream {
  readonly #head: ReplyHead;
  readonly #live: LiveTurns;
  readonly #writer: EventWriter;
  readonly #includeUsage: boolean;
  readonly #unwatch: () => void;
  #opened = false;
  #turn: LiveTurn | undefined;
  #sent = 0;
  #settled: Settled | undefined;
  /** Once settled: all that is to be sent. */
  #whole = '';

  constructor(
    out: ServerResponse,
    live: LiveTurns,
    head: ReplyHead,
    options: {
      readonly keepAliveMs: number;
      readonly stallMs: number;
      readonly includeUsage: boolean;
      readonly headers: Readonly<Record<string, string>>;
    },
  ) {
    this.#head = head;
    this.#live = live;
    this.#includeUsage = options.includeUsage;
    this.#writer = new EventWriter(out, options, () => this.#next());
    this.#unwatch = live.watch(head.message, () => this.#writer.pump());
    out.once('close', () => this.#unwatch());
    this.#writer.start(options.headers);
  }

  /** The message has its outcome: sends what is left and ends. */
  finish(settled: Settled): void {
    const whole = this.#wholeText(settled);
    if (whole === undefined) {
      this.fail(restarted());
      return;
    }
    this.#whole = whole;
    this.#settled = settled;
    this.#writer.pump();
  }

  /** Ends with an error instead of the rest. */
  fail(problem: Problem): void {
    this.#unwatch();
    this.#writer.end(errorEvent(problem) + DONE);
  }

  #next(): string | undefined {
    if (!this.#opened) {
      this.#opened = true;
      return chunk(this.#head, { role: 'assistant', content: '', refusal: null });
    }
    const piece = cut(this.#settled === undefined ? this.#livePiece() : this.#lastPiece());
    if (piece !== '') {
      this.#sent += piece.length;
      return chunk(this.#head, { content: piece });
    }
    if (this.#settled !== undefined) this.#end(this.#settled);
    return undefined;
  }

  #livePiece(): string {
    const turn = this.#live.of(this.#head.message);
    if (turn !== undefined && !turn.partial && (this.#sent === 0 || this.#turn === undefined)) {
      this.#turn = turn;
    }
    return this.#turn?.text.read(this.#sent, PIECE) ?? '';
  }

  #lastPiece(): string {
    return this.#whole.slice(this.#sent, this.#sent + PIECE);
  }

  /** The text that counts in the end, or undefined where what was sent is not its beginning. */
  #wholeText(settled: Settled): string | undefined {
    const sent = this.#turn?.text.toString().slice(0, this.#sent) ?? '';
    // What was said of a failure is the error that follows, not text.
    if (settled.outcome === 'dead' || settled.outcome === 'rejected') return sent;
    if (settled.text.startsWith(sent)) return settled.text;
    // A turn that was stopped may have been committed without its last words.
    return settled.outcome === 'cancelled' ? sent : undefined;
  }

  #end(settled: Settled): void {
    const problem = settledProblem(settled);
    if (problem !== undefined) {
      this.fail(problem);
      return;
    }
    this.#unwatch();
    const usage = this.#includeUsage ? usageChunk(this.#head, settled) : '';
    this.#writer.end(chunk(this.#head, {}, finishOf(settled)) + usage + DONE);
  }
}

function restarted(): Problem {
  return new Problem(
    500,
    'reply_restarted',
    'The answer was begun anew after an interruption, with other words than those sent here. Ask again with the same Idempotency-Key to get the whole answer.',
  );
}

/** Never cuts a character of two units apart: its second half comes with the next piece. */
function cut(piece: string): string {
  const last = piece.charCodeAt(piece.length - 1);
  return piece.length > 1 && last >= 0xd800 && last <= 0xdbff ? piece.slice(0, -1) : piece;
}
