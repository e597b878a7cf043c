import type { CallbackQuery, Update } from 'grammy/types';
import type { Log } from '../../core/log.ts';
import type { Inbound, JsonValue } from '../../core/message.ts';
import type { Host } from '../platform.ts';
import type { Authorise } from '../shared/deps.ts';
import { type Taken, takeAll } from '../shared/intake.ts';
import type { Questions } from '../shared/questions.ts';
import { reasonOf } from '../shared/transportErrors.ts';
import type { Calls } from './api.ts';
import { type Draft, type ReadOptions, readUpdate, type Self } from './inbound.ts';
import { targetOf } from './places.ts';

/** What is kept between instances: where to go on, since when, and which albums were addressed. */
export interface TelegramCursor {
  readonly offset: number;
  readonly at: number;
  readonly albums: readonly string[];
}

const ALBUMS_KEPT = 16;

export interface ReceiverParts {
  readonly calls: Calls;
  readonly options: ReadOptions;
  readonly authorise: Authorise;
  readonly log: Log;
  readonly questions: Questions;
  readonly now: () => number;
  /** A message was committed for the first time. */
  readonly accepted: (message: Inbound, taken: Exclude<Taken, 'full'>) => void;
}

/** Turns batches of updates into committed messages. */
export class Receiver {
  readonly #parts: ReceiverParts;
  #albums: string[] = [];

  constructor(parts: ReceiverParts) {
    this.#parts = parts;
  }

  restore(cursor: TelegramCursor | undefined): void {
    this.#albums = [...(cursor?.albums ?? [])];
  }

  /** @throws JournalUnavailable when a message could not be committed: the batch must come again. */
  async take(host: Host, self: Self, updates: readonly Update[], offset: number): Promise<void> {
    const messages: Inbound[] = [];
    for (const update of updates) {
      if (update.callback_query !== undefined) await this.#answer(host, update.callback_query);
      const draft = this.#read(update, self);
      if (draft === undefined) continue;
      const message = await this.#admit(draft);
      if (message === undefined) continue;
      if (message.album !== undefined) this.#addressed(message.album);
      messages.push(message);
    }
    const cursor: TelegramCursor = { offset, at: this.#parts.now(), albums: this.#albums };
    await takeAll(host, messages, cursor as unknown as JsonValue, (message, taken) => {
      // The gateway itself tells the chat that its queue is full.
      if (taken !== 'full' && !taken.duplicate) this.#parts.accepted(message, taken);
    });
  }

  /** An update that cannot be read is logged and passed over: it would come again for ever. */
  #read(update: Update, self: Self): Draft | undefined {
    try {
      return readUpdate(update, self, this.#parts.options, (album) => this.#albums.includes(album));
    } catch (error) {
      this.#parts.log.error(
        { err: error, update: update.update_id },
        'an update cannot be read; it is passed over',
      );
      return undefined;
    }
  }

  async #admit(draft: Draft): Promise<Inbound | undefined> {
    const allowed = await this.#parts.authorise(draft.sender, draft.address, draft.direct);
    if (allowed === 'ignore') return undefined;
    if (typeof allowed === 'object') {
      // A pairing code is for the person's eyes: never said in a group.
      if (draft.direct) this.#say(draft, allowed.say);
      return undefined;
    }
    return { ...draft, sender: { ...draft.sender, role: allowed } };
  }

  #addressed(album: string): void {
    if (this.#albums.includes(album)) return;
    this.#albums = [...this.#albums, album].slice(-ALBUMS_KEPT);
  }

  /** The adapter's own word, outside the journal: for people whose message was not taken. */
  #say(to: Pick<Inbound, 'address'>, text: string): void {
    this.#parts.calls.sendMessage({ ...targetOf(to.address), text }).catch((error: unknown) => {
      this.#parts.log.warn(
        { chat: to.address.chat, why: reasonOf(error) },
        'a refusal could not be said',
      );
    });
  }

  /** A pressed button answers the question it belongs to. */
  async #answer(host: Host, query: CallbackQuery): Promise<void> {
    const { calls, questions, options, authorise, log } = this.#parts;
    const chat = String(query.message?.chat.id ?? query.from.id);
    const allowed = await authorise(
      { id: String(query.from.id), name: query.from.first_name },
      { platform: 'telegram', account: options.account, chat },
      // Never as a direct chat: a button is no place to tell a stranger a code.
      false,
    );
    if (typeof allowed === 'object' || allowed === 'ignore') return;
    const choice = questions.take(query.data ?? '', chat);
    let said = 'This question is no longer open.';
    try {
      if (choice !== undefined) {
        await host.operations.answer(choice.turn, choice.question, choice.option);
        said = choice.label;
      }
    } catch (error) {
      log.info({ err: error }, 'an answer came too late');
    }
    // Nobody waits for these: they are for the eye.
    calls.answerCallbackQuery({ callback_query_id: query.id, text: said }).catch(() => {});
    if (query.message !== undefined) {
      calls
        .editMessageReplyMarkup({ chat_id: chat, message_id: query.message.message_id })
        .catch(() => {});
    }
  }
}
