import { DAY, SECOND } from '../../core/clock.ts';
import { ConfigError } from '../../core/exit.ts';
import { laneAddress } from '../../core/lane.ts';
import type { Inbound, JsonValue } from '../../core/message.ts';
import type { Progress } from '../../core/progress.ts';
import type { Host, Platform } from '../platform.ts';
import type { PlatformDeps } from '../shared/deps.ts';
import { Drafts } from '../shared/drafts.ts';
import { Latest } from '../shared/latest.ts';
import { Pulse } from '../shared/pulse.ts';
import { Questions } from '../shared/questions.ts';
import { RateLimits } from '../shared/rateLimits.ts';
import { splitText } from '../shared/split.ts';
import { reasonOf } from '../shared/transportErrors.ts';
import { createCalls, refusalOf } from './api.ts';
import { menuOf } from './commands.ts';
import { telegramDraftRequests } from './draftRequests.ts';
import { openFile } from './files.ts';
import type { Self } from './inbound.ts';
import { SPLIT_LIMIT } from './limits.ts';
import type { TelegramOptions } from './options.ts';
import { sendToNearest } from './places.ts';
import { Poller, revokedReason } from './poller.ts';
import { Receiver, type TelegramCursor } from './receiver.ts';
import { mustNotify, placeholderOf, placeOf, sendClassOf, sendRow } from './sender.ts';

export interface TelegramDeps extends PlatformDeps {
  /** The bot's token itself; it never leaves this module but in requests. */
  readonly token: string;
}

/**
 * A Telegram bot. Receives by long polling (take-over `cursor`); replies replace the placeholder
 * that showed them growing, which makes them repeatable after a crash.
 */
export function createTelegramPlatform(options: TelegramOptions, deps: TelegramDeps): Platform {
  const { clock, log, token } = deps;
  const account = options.name;
  const apiRoot = options.api_root;
  const fetchIt = deps.fetch ?? fetch;
  const calls = createCalls(token, {
    apiRoot,
    timeoutMs: options.request_timeout * SECOND,
    fetch: fetchIt,
  });
  const longCalls = createCalls(token, {
    apiRoot,
    timeoutMs: (options.poll_timeout + options.request_timeout) * SECOND,
    fetch: fetchIt,
  });
  const rateLimits = new RateLimits(clock);
  const questions = new Questions();
  /** Messages in work: what their replies and reactions point at. */
  const contexts = new Latest<string, { context: JsonValue | undefined; chat: string }>(5_000);
  let host: Host | undefined;
  let self: Self | undefined;

  const pulse = new Pulse(
    clock,
    (options.poll_timeout + options.request_timeout) * SECOND + 10 * SECOND,
    () => host?.changed(),
  );
  const drafts = new Drafts(
    telegramDraftRequests(calls, rateLimits, (message) => contexts.get(message)?.context),
    {
      platform: 'telegram',
      account,
      stream: options.stream,
      firstMs: 700,
      // Telegram allows about one message a second in a chat, and twenty a minute in a group.
      everyMs: ({ chat }) => options.stream_interval * SECOND * (chat.startsWith('-') ? 3 : 1),
      typingMs: 4_500,
      cut: (text) => splitText(text, SPLIT_LIMIT)[0] ?? '',
    },
    clock,
    log,
  );
  const receiver = new Receiver({
    calls,
    options: { account, groups: options.groups, edited: options.edited },
    authorise: deps.authorise,
    log,
    questions,
    now: () => clock.now(),
    accepted: (message, taken) => {
      contexts.set(taken.id, { context: message.context, chat: message.address.chat });
      if (options.acknowledge === 'reaction') react(taken.id, message, '👀');
    },
  });

  function react(
    id: string,
    message: Pick<Inbound, 'context'> & { chat?: string },
    emoji?: '👀',
  ): void {
    const { message_id } = (message.context ?? {}) as { message_id?: number };
    const chat = contexts.get(id)?.chat;
    if (message_id === undefined || chat === undefined) return;
    const reaction = emoji === undefined ? [] : [{ type: 'emoji' as const, emoji }];
    calls.setMessageReaction({ chat_id: chat, message_id, reaction }).catch(() => {});
  }

  /** @throws what the request rejects with; a refused token is a ConfigError. */
  async function prepare(): Promise<void> {
    try {
      const me = await calls.getMe();
      self = { id: me.id, username: me.username };
    } catch (error) {
      const refused = refusalOf(error);
      if (!refused?.revoked) throw error;
      throw refused;
    }
    offerCommands();
  }

  function offerCommands(): void {
    if (host === undefined) return;
    calls
      .setMyCommands({ commands: menuOf(host.operations.commands()) })
      .catch((error: unknown) => {
        log.warn(
          { why: refusalOf(error)?.message ?? reasonOf(error) },
          'the command menu could not be set',
        );
      });
  }

  function ask(progress: Extract<Progress, { type: 'asked' }>): void {
    const address = laneAddress(progress.lane);
    if (address?.platform !== 'telegram' || address.account !== account) return;
    const buttons = questions
      .add(progress.turn, progress.question, address.chat)
      .map(({ key, label }) => [{ text: label.slice(0, 64), callback_data: key }]);
    if (progress.again) return;
    const keyboard = { reply_markup: { inline_keyboard: buttons } };
    sendToNearest(placeOf(address, undefined), (fields, note) => {
      const text = (note + progress.question.text).slice(0, SPLIT_LIMIT);
      return calls.sendMessage({ ...fields, ...keyboard, text } as never);
    }).catch((error: unknown) =>
      log.warn({ why: reasonOf(error) }, 'a question could not be asked'),
    );
  }

  const poller = new Poller({
    calls: longCalls,
    clock,
    random: deps.random,
    log,
    pulse,
    pollSeconds: options.poll_timeout,
    prepare,
    take: (updates, offset) => receiver.take(host as Host, self as Self, updates, offset),
  });

  return {
    platform: 'telegram',
    account,
    takeOver: 'cursor',
    asks: true,
    split: (text) => splitText(text, SPLIT_LIMIT),
    sendClass: (row) => sendClassOf(row, options.notify_after * SECOND),
    async start(to) {
      host = to;
      drafts.keeper(to);
      pulse.starting();
      const cursor = (await to.cursor()) as unknown as TelegramCursor | undefined;
      receiver.restore(cursor);
      let prepared = true;
      try {
        await prepare();
      } catch (error) {
        const refused = refusalOf(error);
        if (refused?.revoked) {
          const reason = revokedReason(refused.message);
          pulse.failed(reason);
          throw new ConfigError(`telegram:${account}: ${reason}`);
        }
        prepared = false;
      }
      const fresh = cursor !== undefined && clock.now() - cursor.at < DAY;
      poller.start(fresh ? cursor.offset : undefined, prepared);
    },
    async stopReceiving() {
      await poller.stop();
      pulse.stopped();
    },
    async send(row, signal) {
      const settled =
        row.kind === 'reply' && row.turn !== undefined ? await drafts.settle(row.turn) : undefined;
      const placeholder =
        row.kind === 'reply' && row.chunk === 0 ? (placeholderOf(row) ?? settled) : undefined;
      const anew = mustNotify(row, options.notify_after * SECOND);
      return sendRow(calls, rateLimits, row, { placeholder, anew }, signal);
    },
    open: (attachment, signal) =>
      openFile(calls, { apiRoot, token, fetch: fetchIt }, attachment, signal),
    progress(progress) {
      drafts.progress(progress);
      if (progress.type === 'asked') ask(progress);
      else if (progress.type === 'ended') questions.forget(progress.turn);
      else if (progress.type === 'settled') {
        const known = contexts.get(progress.message);
        if (known === undefined) return;
        if (options.acknowledge === 'reaction')
          react(progress.message, { context: known.context ?? null });
        contexts.delete(progress.message);
      }
    },
    liveness: () => pulse.liveness(),
    where: () => (self === undefined ? undefined : `https://t.me/${self.username}`),
    async close() {
      await poller.stop();
      drafts.close();
      pulse.stopped();
    },
  };
}
