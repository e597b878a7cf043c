import type { Clock, Timer } from '../../core/clock.ts';
import { laneAddress } from '../../core/lane.ts';
import type { Log } from '../../core/log.ts';
import type { Address } from '../../core/message.ts';
import type { PlanEntry, Progress } from '../../core/progress.ts';
import type { Host } from '../platform.ts';

/** The few requests that showing progress needs. They may reject; nothing depends on them. */
export interface DraftRequests {
  typing(address: Address): Promise<void>;
  /** Sends the placeholder; resolves with the platform's id of it. */
  post(address: Address, text: string, message: string | undefined): Promise<string>;
  edit(address: Address, id: string, text: string): Promise<void>;
  remove(address: Address, id: string): Promise<void>;
}

export interface DraftOptions {
  readonly platform: string;
  readonly account: string;
  /** Text is streamed into a placeholder; otherwise only typing is shown. */
  readonly stream: boolean;
  /** From the first word to the placeholder, so that a quick answer needs none. */
  readonly firstMs: number;
  /** Between two edits in one chat. */
  readonly everyMs: (address: Address) => number;
  /** How often typing is repeated. */
  readonly typingMs: number;
  /** What is shown of a text that grows past one message. */
  readonly cut: (text: string) => string;
}

/** Rejections may say for how long the platform wants silence. */
export interface FloodError extends Error {
  readonly retryAfterMs: number;
}

/** The gateway's part in showing a turn. */
export type DraftKeeper = Pick<Host, 'placeholder' | 'owes'>;

interface Draft {
  readonly turn: string;
  readonly lane: string;
  readonly address: Address;
  readonly messages: readonly string[];
  text: string;
  shown: string;
  step: string;
  /** What the agent means to do, where it told. */
  plan: string;
  id: string | undefined;
  /** False for a turn whose beginning was not seen: its text is not whole, so only typing is shown. */
  streams: boolean;
  over: boolean;
  /** Monotonic time before which nothing is sent. */
  notBefore: number;
  busy: Promise<void> | undefined;
  timer: Timer | undefined;
  typing: Timer | undefined;
}

const MOST = 2_000;

/**
 * Shows running turns in their chats: typing, and the reply as it grows, by editing one placeholder
 * no faster than the platform likes.
 *
 *     started ─▶ typing ──first words──▶ placeholder kept by the gateway ⇄ edited ──▶ over
 *
 * A turn is over when it ends or when its reply is about to be sent, whichever comes first; after
 * `settle` no edit is under way, so that a late one cannot overwrite the final text.
 */
export class Drafts {
  readonly #drafts = new Map<string, Draft>();
  readonly #requests: DraftRequests;
  readonly #options: DraftOptions;
  readonly #clock: Clock;
  readonly #log: Log;
  #keeper: DraftKeeper | undefined;

  constructor(requests: DraftRequests, options: DraftOptions, clock: Clock, log: Log) {
    this.#requests = requests;
    this.#options = options;
    this.#clock = clock;
    this.#log = log;
  }

  /** Who keeps placeholders. Where nobody does none is sent. */
  keeper(keeper: DraftKeeper): void {
    this.#keeper = keeper;
  }

  progress(progress: Progress): void {
    switch (progress.type) {
      case 'started':
        this.#begin(progress.turn, progress.lane, progress.messages, true, progress.attempt);
        return;
      case 'text': {
        const draft = this.#of(progress.turn, progress.lane);
        if (draft === undefined || draft.over) return;
        draft.text += progress.delta;
        this.#schedule(draft);
        return;
      }
      case 'step': {
        const draft = this.#of(progress.turn, progress.lane);
        if (draft === undefined || draft.over) return;
        const { state, title, name } = progress.step;
        draft.step = state === 'started' ? (title ?? name) : '';
        this.#schedule(draft);
        return;
      }
      case 'plan': {
        const draft = this.#of(progress.turn, progress.lane);
        if (draft === undefined || draft.over) return;
        draft.plan = inOneLine(progress.entries);
        this.#schedule(draft);
        return;
      }
      case 'ended': {
        const draft = this.#drafts.get(progress.turn);
        if (draft !== undefined) this.#end(draft);
        return;
      }
      case 'settled':
        if (progress.outcome === 'cancelled' && progress.text === '') this.#clear(progress.message);
        return;
      default:
        return;
    }
  }

  /** Ends the showing of a turn; resolves with its placeholder once no request for it is under way. */
  async settle(turn: string): Promise<string | undefined> {
    const draft = this.#drafts.get(turn);
    if (draft === undefined) return undefined;
    this.#end(draft);
    await draft.busy;
    this.#drafts.delete(turn);
    return draft.id;
  }

  close(): void {
    for (const draft of this.#drafts.values()) this.#end(draft);
    this.#drafts.clear();
  }

  #of(turn: string, lane: string): Draft | undefined {
    if (!this.#drafts.has(turn)) this.#begin(turn, lane, [], false, 1);
    return this.#drafts.get(turn);
  }

  #begin(turn: string, lane: string, messages: readonly string[], whole: boolean, attempt: number) {
    const address = laneAddress(lane);
    const { platform, account } = this.#options;
    if (address?.platform !== platform || address.account !== account) return;
    const earlier = this.#drafts.get(turn);
    if (earlier !== undefined) this.#end(earlier);
    const draft: Draft = {
      turn,
      lane,
      address,
      messages,
      text: '',
      shown: '',
      step: '',
      plan: '',
      id: earlier?.id,
      streams: whole && this.#options.stream && this.#keeper?.placeholder !== undefined,
      over: false,
      notBefore: this.#clock.monotonic() + this.#options.firstMs,
      busy: undefined,
      timer: undefined,
      typing: undefined,
    };
    this.#drafts.set(turn, draft);
    if (draft.streams && attempt > 1) {
      // An earlier attempt may have left a placeholder: it is used, not doubled.
      draft.busy = this.#guard(draft, async () => {
        draft.id ??= await this.#keeper?.placeholder?.(turn);
      });
    }
    this.#type(draft);
    this.#forget();
  }

  #type(draft: Draft): void {
    if (draft.over) return;
    if (draft.id === undefined) void this.#requests.typing(draft.address).catch(() => {});
    draft.typing = this.#clock.after(this.#options.typingMs, () => this.#type(draft));
  }

  #schedule(draft: Draft): void {
    if (!draft.streams || draft.over || draft.timer !== undefined || draft.busy !== undefined)
      return;
    const wait = Math.max(0, draft.notBefore - this.#clock.monotonic());
    draft.timer = this.#clock.after(wait, () => {
      draft.timer = undefined;
      draft.busy ??= this.#guard(draft, () => this.#show(draft));
    });
  }

  #wanted(draft: Draft): string {
    const now = [draft.plan, draft.step].filter((part) => part !== '').join(': ');
    const step = now === '' ? '' : `${draft.text === '' ? '' : '\n\n'}⏳ ${now}`;
    return this.#options.cut(draft.text + step).trim();
  }

  async #show(draft: Draft): Promise<void> {
    const text = this.#wanted(draft);
    if (text === '' || text === draft.shown) return;
    if (draft.id === undefined) {
      // The reply before this one may be late: it comes first, and this is looked at again.
      if (await this.#keeper?.owes?.(draft.lane)) return;
      const id = await this.#requests.post(draft.address, text, draft.messages[0]);
      draft.id = id;
      const kept = await this.#keeper?.placeholder?.(draft.turn, id);
      if (kept !== undefined && kept !== id) {
        draft.id = kept;
        await this.#requests.remove(draft.address, id);
      }
    } else await this.#requests.edit(draft.address, draft.id, text);
    draft.shown = text;
  }

  /** Runs one request of a draft; a failure costs progress, never the reply. */
  async #guard(draft: Draft, run: () => Promise<void>): Promise<void> {
    try {
      await run();
      draft.notBefore = this.#clock.monotonic() + this.#options.everyMs(draft.address);
    } catch (error) {
      const wait = (error as Partial<FloodError>).retryAfterMs;
      if (wait === undefined) draft.streams = false;
      else draft.notBefore = this.#clock.monotonic() + wait;
      this.#log.debug({ err: error, turn: draft.turn }, 'progress could not be shown');
    }
    draft.busy = undefined;
    const wanted = this.#wanted(draft);
    if (wanted !== '' && wanted !== draft.shown) this.#schedule(draft);
  }

  #end(draft: Draft): void {
    draft.over = true;
    draft.timer?.cancel();
    draft.typing?.cancel();
    draft.timer = undefined;
  }

  /** Nothing will replace the placeholder of a turn that was stopped before it said anything. */
  #clear(message: string): void {
    for (const draft of this.#drafts.values()) {
      if (!draft.messages.includes(message)) continue;
      void this.settle(draft.turn)
        .then((id) => (id === undefined ? undefined : this.#requests.remove(draft.address, id)))
        .catch(() => {});
    }
  }

  /** Turns whose reply this instance never sends would add up. */
  #forget(): void {
    if (this.#drafts.size <= MOST) return;
    for (const [turn, draft] of this.#drafts) {
      if (draft.over) this.#drafts.delete(turn);
      if (this.#drafts.size <= MOST) return;
    }
  }
}

/** `2/5 Write the tests`: how far a plan is, and what is in work or comes next. */
function inOneLine(entries: readonly PlanEntry[]): string {
  const done = entries.filter((e) => e.state === 'done').length;
  const now =
    entries.find((e) => e.state === 'started') ?? entries.find((e) => e.state === 'pending');
  return now === undefined
    ? ''
    : `${Math.min(done + 1, entries.length)}/${entries.length} ${now.text}`;
}
