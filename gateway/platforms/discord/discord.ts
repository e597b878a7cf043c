import type { APIApplication, APIMessage, GatewayDispatchPayload } from 'discord-api-types/v10';
import {
  ComponentType,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from 'discord-api-types/v10';
import { MINUTE, SECOND } from '../../core/clock.ts';
import { ConfigError } from '../../core/exit.ts';
import { laneAddress } from '../../core/lane.ts';
import type { JsonValue } from '../../core/message.ts';
import type { Progress } from '../../core/progress.ts';
import type { Host, Platform } from '../platform.ts';
import { Backoff, pause } from '../shared/backoff.ts';
import type { PlatformDeps } from '../shared/deps.ts';
import { Drafts } from '../shared/drafts.ts';
import { Latest } from '../shared/latest.ts';
import { Pulse } from '../shared/pulse.ts';
import { Questions } from '../shared/questions.ts';
import { splitText } from '../shared/split.ts';
import { messagesSince } from './backfill.ts';
import { Channels } from './channels.ts';
import { menuOf } from './commands.ts';
import { Connection } from './connection.ts';
import { discordDraftRequests } from './draftRequests.ts';
import { openFile } from './files.ts';
import { answerInteraction } from './interactions.ts';
import { SPLIT_LIMIT } from './limits.ts';
import type { DiscordOptions } from './options.ts';
import { channelOf, sendToNearest } from './places.ts';
import { type DiscordCursor, Receiver } from './receiver.ts';
import { createRest, isRevoked, saysOf } from './rest.ts';
import { placeholderOf, sendClassOf, sendRow } from './sender.ts';

export interface DiscordDeps extends PlatformDeps {
  /** The bot's token itself. */
  readonly token: string;
}

/** Between two signs of life Discord lets at most a heartbeat pass, about 41 seconds. */
const SILENCE = 2 * MINUTE;
const REVOKED =
  "Discord does not know the bot's token; copy it anew from the developer portal (Bot, Reset Token) and restart the gateway";

/**
 * A Discord bot. Receives over the gateway (take-over `cursor`: the session is resumed by the next
 * instance); new messages carry a nonce, so that a send that was cut off can be repeated for minutes.
 */
export function createDiscordPlatform(options: DiscordOptions, deps: DiscordDeps): Platform {
  const { clock, log, token, random } = deps;
  const account = options.name;
  const rest = createRest(token, {
    api: options.api_base,
    timeoutMs: options.request_timeout * SECOND,
    fetch: deps.fetch ?? fetch,
  });
  const channels = new Channels(rest);
  const questions = new Questions();
  const contexts = new Latest<string, JsonValue | undefined>(5_000);
  let host: Host | undefined;
  let me: { id: string; application: string; name: string } | undefined;
  let connection: Connection | undefined;
  let receiver: Receiver | undefined;
  let leaving = new AbortController();
  let connecting: Promise<void> = Promise.resolve();

  const pulse = new Pulse(clock, SILENCE, () => host?.changed());
  const drafts = new Drafts(
    discordDraftRequests(rest, options.threads, (message) => contexts.get(message)),
    {
      platform: 'discord',
      account,
      stream: options.stream,
      firstMs: 700,
      everyMs: () => options.stream_interval * SECOND,
      typingMs: 8_000,
      cut: (text) => splitText(text, SPLIT_LIMIT)[0] ?? '',
    },
    clock,
    log,
  );

  /** @throws what the request rejects with. */
  async function introduce(): Promise<void> {
    const app = (await rest.get(Routes.currentApplication())) as APIApplication;
    me = { id: app.bot?.id ?? app.id, application: app.id, name: app.bot?.username ?? app.name };
    if (receiver !== undefined) receiver.self = me.id;
    if (host === undefined) return;
    const body = menuOf(host.operations.commands());
    rest.put(Routes.applicationCommands(app.id), { body }).catch((error: unknown) => {
      log.warn({ why: saysOf(error) }, 'the slash commands could not be registered');
    });
  }

  /** Connects, and goes on trying until it is told to stop or it cannot ever work. */
  async function connect(introduced: boolean, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(random, SECOND, MINUTE);
    let known = introduced;
    while (!signal.aborted) {
      try {
        if (!known) await introduce();
        known = true;
        await connection?.connect();
        return;
      } catch (error) {
        if (signal.aborted) return;
        if (isRevoked(error)) {
          pulse.failed(REVOKED);
          log.error({}, REVOKED);
          return;
        }
        const wait = backoff.next();
        pulse.retrying(saysOf(error));
        log.warn({ retryInMs: wait }, `${saysOf(error)}; trying again`);
        await pause(clock, wait, signal);
      }
    }
  }

  /** A slash command is answered within three seconds, or Discord says that it failed. */
  function acknowledge(event: GatewayDispatchPayload, refusal?: string): void {
    const { id, token: reply } = event.d as { id: string; token: string };
    const body =
      refusal === undefined
        ? { type: InteractionResponseType.DeferredChannelMessageWithSource }
        : {
            type: InteractionResponseType.ChannelMessageWithSource,
            data: { content: refusal, flags: MessageFlags.Ephemeral },
          };
    rest
      .post(Routes.interactionCallback(id, reply), { body, auth: false })
      .catch((error: unknown) => {
        log.debug({ why: saysOf(error) }, 'a slash command could not be acknowledged');
      });
  }

  function ask(progress: Extract<Progress, { type: 'asked' }>): void {
    const address = laneAddress(progress.lane);
    if (address?.platform !== 'discord' || address.account !== account) return;
    const channel = channelOf(address);
    const buttons = questions
      .add(progress.turn, progress.question, channel)
      .map(({ key, label }) => ({
        type: ComponentType.Button,
        style: 2,
        custom_id: key,
        label: label.slice(0, 80),
      }));
    if (progress.again) return;
    const components = [];
    for (let i = 0; i < buttons.length && i < 25; i += 5) {
      components.push({ type: ComponentType.ActionRow, components: buttons.slice(i, i + 5) });
    }
    const body = { content: progress.question.text.slice(0, SPLIT_LIMIT), components };
    const { thread } = address;
    const place = {
      address,
      secret: channels.isSecret(channel),
      ...(options.threads && thread !== undefined ? { opens: thread } : {}),
    };
    sendToNearest(rest, place, body).catch((error: unknown) => {
      log.warn({ why: saysOf(error) }, 'a question could not be asked');
    });
  }

  function receive(to: Host, cursor: DiscordCursor | undefined): void {
    const signal = leaving.signal;
    const made = new Receiver(
      {
        channels,
        options: {
          account,
          groups: options.groups,
          edited: options.edited,
          threads: options.threads,
        },
        authorise: deps.authorise,
        clock,
        random,
        log,
        missed: (channel, after): Promise<APIMessage[]> =>
          messagesSince(rest, channel, after, signal),
        say: (draft, text) => {
          const route = Routes.channelMessages(channelOf(draft.address));
          rest.post(route, { body: { content: text } }).catch(() => {});
        },
        acknowledge,
        press: (event) =>
          answerInteraction(event, {
            rest,
            questions,
            authorise: deps.authorise,
            host: to,
            account,
            log,
          }),
        ready: () => pulse.heard(),
        trouble: (reason) => pulse.retrying(reason),
        accepted: (message, taken) => contexts.set(taken.id, message.context),
      },
      to,
      cursor,
    );
    if (me !== undefined) made.self = me.id;
    receiver = made;
    connection = new Connection(
      rest,
      token,
      cursor?.session ?? null,
      { clock, random },
      {
        dispatch: (payload) => made.push(payload),
        heard: () => {
          if (pulse.state !== 'starting') pulse.heard();
        },
        lost: (reason) => pulse.retrying(reason),
        fatal: (reason) => {
          pulse.failed(reason);
          log.error({}, reason);
        },
      },
    );
  }

  async function stopReceiving(): Promise<void> {
    leaving.abort();
    await connection?.stop();
    await receiver?.stop();
    pulse.stopped();
  }

  return {
    platform: 'discord',
    account,
    takeOver: 'cursor',
    asks: true,
    split: (text) => splitText(text, SPLIT_LIMIT),
    sendClass: (row) => sendClassOf(row, clock.now()),
    async start(to) {
      host = to;
      leaving = new AbortController();
      drafts.keeper(to);
      pulse.starting();
      const cursor = (await to.cursor()) as unknown as DiscordCursor | undefined;
      let introduced = true;
      try {
        await introduce();
      } catch (error) {
        if (isRevoked(error)) {
          pulse.failed(REVOKED);
          throw new ConfigError(`discord:${account}: ${REVOKED}`);
        }
        introduced = false;
      }
      receive(to, cursor);
      connecting = connect(introduced, leaving.signal);
      connecting.catch((error: unknown) =>
        log.error({ err: error }, 'the connection was given up'),
      );
    },
    stopReceiving,
    async send(row, signal) {
      const settled =
        row.kind === 'reply' && row.turn !== undefined ? await drafts.settle(row.turn) : undefined;
      const placeholder =
        row.kind === 'reply' && row.chunk === 0 ? (placeholderOf(row) ?? settled) : undefined;
      const sending = {
        rest,
        application: () => me?.application,
        threads: options.threads,
        now: clock.now(),
      };
      return sendRow(sending, row, placeholder, signal);
    },
    open: (attachment, signal) => openFile(rest, options.api_base, attachment, signal),
    progress(progress) {
      drafts.progress(progress);
      if (progress.type === 'asked') ask(progress);
      else if (progress.type === 'ended') questions.forget(progress.turn);
      else if (progress.type === 'settled') contexts.delete(progress.message);
    },
    liveness: () => pulse.liveness(),
    where: () =>
      me === undefined
        ? undefined
        : `${me.name}: https://discord.com/oauth2/authorize?client_id=${me.application}&scope=bot+applications.commands&permissions=309237763136`,
    async close() {
      await stopReceiving();
      drafts.close();
      rest.clearHashSweeper();
      rest.clearHandlerSweeper();
    },
  };
}
