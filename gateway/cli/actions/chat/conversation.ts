import type { Progress } from '../../../core/progress.ts';
import type { Status } from '../../../core/status.ts';
import type { Settled } from '../../../platforms/platform.ts';
import type { View } from './view.ts';

interface Turn {
  readonly id: string;
  /** The stream that it is followed by; undefined once that has ended: its text is not whole then. */
  source: string | undefined;
  readonly messages: readonly string[];
  /** What was shown of its reply. */
  shown: string;
  step: string;
  /** It waits for an answer. */
  asks: boolean;
  /** It has ended; its reply may still be on its way here. */
  over: boolean;
}

/** How long nobody may answer before it is said: a hand-over is not worth a word. */
const AWAY_MS = 700;
/** The same notice within this is the same one. */
const TWICE_MS = 2_000;

/**
 * One conversation as it is shown: what the gateway does becomes lines, a growing reply and a status.
 *
 *     sent ──accepted──▶ waits ──started──▶ working ⇄ asks ──ended──▶ settled
 *
 * A reply that was seen growing is completed when it is settled; where its stream broke (a crash, a
 * hand-over) the settled text is shown instead, so that what stands on the screen is always whole.
 */
export class Conversation {
  readonly #lane: string;
  readonly #view: View;
  readonly #now: () => number;
  #turn: Turn | undefined;
  #waiting = 0;
  #status: Status | undefined;
  #awaySince: number | undefined;
  readonly #settled = new Set<string>();
  /** Messages of this chat that have no outcome yet: what they said. */
  readonly #sent = new Map<string, string>();
  #noticed = { text: '', at: 0 };

  constructor(lane: string, view: View, now: () => number) {
    this.#lane = lane;
    this.#view = view;
    this.#now = now;
  }

  /** The running turn, which Ctrl-C ends. */
  get running(): string | undefined {
    return this.#turn?.over === false ? this.#turn.id : undefined;
  }
  progress(progress: Progress, source: string): void {
    if (!('lane' in progress) || progress.lane !== this.#lane) return;
    switch (progress.type) {
      case 'started':
        this.#started(progress, source);
        break;
      case 'text':
        this.#text(progress.turn, progress.delta, source);
        break;
      case 'step':
        if (this.#turn?.id === progress.turn) {
          const { state, title, name } = progress.step;
          this.#turn.step = state === 'started' ? (title ?? name) : '';
          this.#turn.asks = false;
        }
        break;
      case 'asked':
        // The question itself comes as a notice; a message with its number answers it.
        if (this.#turn?.id === progress.turn) this.#turn.asks = true;
        break;
      case 'settled':
        this.settle(progress);
        break;
      case 'ended':
        if (this.#turn?.id === progress.turn) this.#turn.over = true;
        break;
      case 'notice':
        this.#notice(progress.text);
        break;
      default:
        break;
    }
    this.#tell();
  }

  /** A message of ours was accepted. */
  accepted(message: string, text: string): void {
    if (!this.#settled.has(message)) this.#sent.set(message, text);
  }

  /** A message has its outcome; said twice, by the stream and to whoever waits, it is shown once. */
  settle({ message, outcome, text, error }: Settled): void {
    if (this.#settled.has(message)) return;
    this.#settled.add(message);
    this.#sent.delete(message);
    const turn = this.#turn?.messages.includes(message) ? this.#turn : undefined;
    if (turn !== undefined && outcome !== 'steered') this.#turn = undefined;
    if (outcome === 'merged') return;
    if (outcome === 'steered') this.#view.line('(taken into the running answer)', 'note');
    else if (text !== '') this.#whole(turn, text);
    else if (outcome === 'cancelled') this.#view.line('(stopped)', 'note');
    else if (error !== undefined) this.#view.line(error, 'note');
    this.#view.endReply();
    this.#tell();
  }

  up(status: Status): void {
    const before = this.#status;
    if (before !== undefined && before.instance !== status.instance) {
      const took = this.#awaySince === undefined ? 0 : this.#now() - this.#awaySince;
      const how = took > AWAY_MS ? ' after it was away' : '';
      this.#view.line(`(the gateway restarted${how}; the conversation goes on)`, 'note');
    }
    this.#awaySince = undefined;
    this.#status = status;
    this.#tell();
  }

  down(): void {
    this.#awaySince ??= this.#now();
    this.#tell();
  }

  gone(source: string): void {
    if (this.#turn?.source === source) this.#turn.source = undefined;
  }

  waiting(count: number): void {
    this.#waiting = count;
    this.#tell();
  }

  #started({ turn, messages, attempt }: Extract<Progress, { type: 'started' }>, source: string) {
    // What waits for the reply may hear of it before the stream tells of the beginning.
    if (messages.every((message) => this.#settled.has(message))) return;
    if (this.#turn?.id === turn && this.#turn.source !== undefined && attempt === 1) return;
    if (this.#turn !== undefined && this.#turn.shown !== '') this.#view.endReply();
    if (attempt > 1) this.#view.line('(it was cut off, and is taken up again)', 'note');
    this.#turn = { id: turn, source, messages, shown: '', step: '', asks: false, over: false };
  }

  #text(turn: string, delta: string, source: string): void {
    if (this.#turn === undefined) {
      if (this.#sent.size === 0) return;
      // Its beginning was not seen: the settled text will be shown.
      this.#turn = {
        id: turn,
        source: undefined,
        messages: [...this.#sent.keys()],
        shown: '',
        step: '',
        asks: false,
        over: false,
      };
      return;
    }
    if (this.#turn.id !== turn || this.#turn.source !== source) return;
    this.#turn.asks = false;
    this.#turn.shown += delta;
    this.#view.more(delta);
  }

  /** During a hand-over it may come by both streams. */
  #notice(text: string): void {
    const at = this.#now();
    if (text !== this.#noticed.text || at - this.#noticed.at > TWICE_MS)
      this.#view.line(text, 'note');
    this.#noticed = { text, at };
  }

  /** Shows what is missing of a reply. */
  #whole(turn: Turn | undefined, text: string): void {
    const shown = turn?.shown ?? '';
    if (shown === '') this.#view.line(text, 'reply');
    else if (text.startsWith(shown)) this.#view.more(text.slice(shown.length));
    else {
      this.#view.line('(the connection broke; this is the whole answer:)', 'note');
      this.#view.line(text, 'reply');
    }
  }

  #tell(): void {
    this.#view.status(this.#words());
  }

  #words(): string {
    if (this.#awaySince !== undefined && this.#now() - this.#awaySince > AWAY_MS)
      return 'reconnecting; what you write is sent when the gateway is back';
    const parts: string[] = [];
    const turn = this.#turn;
    if (turn?.asks === true && !turn.over) parts.push('a number answers');
    else if (turn?.over === false)
      parts.push(turn.step === '' ? 'working' : `working: ${turn.step}`);
    if (this.#waiting > 0) parts.push(`${this.#waiting} waiting`);
    if (this.#status?.drain?.state === 'open') parts.push('no new answers until /drain cancel');
    else if (this.#status?.state === 'draining') parts.push('the gateway is draining');
    return parts.join(' · ');
  }
}
