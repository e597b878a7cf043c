import type { ServerResponse } from 'node:http';
import type { Outbound } from '../../../core/outbox.ts';
import type { Progress } from '../../../core/progress.ts';
import { EventWriter } from '../http/eventWriter.ts';
import type { LiveTurn, LiveTurns } from '../liveTurns.ts';
import { EventRing } from './eventRing.ts';

/** Streamed text is gathered for this long, so that a fast agent does not make an event per word. */
const GATHER_MS = 40;
/** An event, not a comment: scripts do not see comments, and must notice when nothing comes any more. */
const BEAT = 'event: beat\ndata: {}\n\n';
/** The page comes back at once, and meets whoever takes connections then. */
const MOVED = 'retry: 100\nevent: moved\ndata: {}\n\n';
const KEPT_SAID = 30;
const MAX_LANES_SAID = 500;

/** The gateway's own word in a conversation: a notice, or the answer to a command. */
export interface Said {
  readonly id: string;
  readonly lane: string;
  readonly kind: Outbound['kind'];
  readonly text: string;
  readonly message?: string;
  /** What was asked, where it is no line of a transcript. */
  readonly asked?: string;
  readonly at: number;
}

/**
 * What pages are told as it happens. Text events carry the place in the reply they begin at, so a page
 * that has read a snapshot in between takes each character once.
 */
export class PageEvents {
  readonly ring = new EventRing();
  readonly #live: LiveTurns;
  readonly #now: () => number;
  readonly #gathering = new Map<string, { turn: LiveTurn; from: number }>();
  readonly #said = new Map<string, Said[]>();
  readonly #open = new Set<EventWriter>();
  #timer: NodeJS.Timeout | undefined;
  #away = false;

  constructor(live: LiveTurns, now: () => number) {
    this.#live = live;
    this.#now = now;
  }

  /** To be called after the live turns have taken the same progress. */
  apply(progress: Progress): void {
    if (progress.type === 'text') {
      this.#gather(progress.turn, progress.delta);
      return;
    }
    // Order is kept: what was gathered comes before what follows it.
    this.flush();
    if (progress.type === 'settled') {
      const { lane, message, outcome, error } = progress;
      this.ring.push('settled', { lane, message, outcome, ...(error ? { error } : {}) });
      return;
    }
    const { type, ...data } = progress;
    this.ring.push(
      type,
      type === 'thought' || type === 'started' ? { ...data, at: this.#now() } : data,
    );
  }

  /** The gateway says something in a conversation of ours. Said again under the same id, it shows once. */
  say(row: Outbound): void {
    const asked = row.message === undefined ? undefined : this.#live.textOf(row.message);
    const said: Said = {
      id: row.id,
      lane: row.lane,
      kind: row.kind,
      text: row.text,
      ...(row.message === undefined ? {} : { message: row.message }),
      ...(asked === undefined ? {} : { asked }),
      at: row.createdAt,
    };
    const list = this.#said.get(row.lane) ?? [];
    if (list.some((s) => s.id === said.id)) return;
    this.#said.delete(row.lane);
    this.#said.set(row.lane, [...list, said].slice(-KEPT_SAID));
    const oldest = this.#said.size > MAX_LANES_SAID ? this.#said.keys().next().value : undefined;
    if (oldest !== undefined) this.#said.delete(oldest);
    this.flush();
    this.ring.push('said', said);
  }

  said(): Said[] {
    return [...this.#said.values()].flat();
  }

  /** Streams events to one page, from `lastId` where that is possible. */
  stream(
    out: ServerResponse,
    lastId: string | undefined,
    limits: { readonly keepAliveMs: number; readonly stallMs: number },
  ): void {
    if (this.#away) {
      // Asked for over a connection that is still open: here it would hold the instance, and see nothing.
      out.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
      out.end(MOVED);
      return;
    }
    const from = lastId === undefined ? undefined : this.ring.after(lastId);
    let at = from ?? this.ring.lastSeq;
    const greeting = from === undefined && lastId !== undefined ? 'resync' : 'hello';
    let opening: string | undefined =
      `retry: 1000\n\nid: ${this.ring.idOf(at)}\nevent: ${greeting}\ndata: {"beatMs":${limits.keepAliveMs}}\n\n`;
    const writer = new EventWriter(
      out,
      limits,
      () => {
        if (opening !== undefined) {
          const text = opening;
          opening = undefined;
          return text;
        }
        const slot = this.ring.next(at);
        if (slot === 'gone') {
          // Slower than the ring is long: it reads everything anew instead of a part.
          at = this.ring.lastSeq;
          return `id: ${this.ring.idOf(at)}\nevent: resync\ndata: {}\n\n`;
        }
        if (slot !== undefined) at = slot.seq;
        return slot?.text;
      },
      BEAT,
    );
    const unlisten = this.ring.listen(() => writer.pump());
    this.#open.add(writer);
    out.once('close', () => {
      unlisten();
      this.#open.delete(writer);
    });
    writer.start();
  }

  /** Sends pages away, to whoever takes connections now. */
  moveAway(): void {
    this.#away = true;
    this.flush();
    for (const writer of this.#open) writer.end(MOVED);
  }

  /** Writes out what was gathered. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { turn, from } of this.#gathering.values()) {
      const delta = turn.text.from(from);
      if (delta === '') continue;
      this.ring.push('text', { lane: turn.lane, turn: turn.turn, at: from, delta });
    }
    this.#gathering.clear();
  }

  #gather(id: string, delta: string): void {
    const turn = this.#live.get(id);
    if (turn === undefined || turn.truncated) return;
    if (!this.#gathering.has(id)) {
      this.#gathering.set(id, { turn, from: turn.text.length - delta.length });
    }
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }
}
