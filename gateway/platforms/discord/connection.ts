import {
  type IIdentifyThrottler,
  type SessionInfo,
  SimpleShardingStrategy,
  WebSocketManager,
  WebSocketShardEvents,
} from '@discordjs/ws';
import {
  GatewayCloseCodes,
  type GatewayDispatchPayload,
  GatewayIntentBits,
} from 'discord-api-types/v10';
import type { Clock, Random } from '../../core/clock.ts';
import { MINUTE, SECOND } from '../../core/clock.ts';
import { Backoff, pause } from '../shared/backoff.ts';
import type { REST } from './rest.ts';

const INTENTS =
  GatewayIntentBits.Guilds |
  GatewayIntentBits.GuildMessages |
  GatewayIntentBits.DirectMessages |
  GatewayIntentBits.MessageContent;

/** Close codes after which the session is gone. */
const ENDS_SESSION = new Set<number>([GatewayCloseCodes.InvalidSeq]);

/** Close codes that no reconnect mends, and what does. */
const FATAL: Readonly<Record<number, string>> = {
  [GatewayCloseCodes.AuthenticationFailed]:
    "Discord does not know the bot's token; copy it anew from the developer portal (Bot, Reset Token) and restart the gateway",
  [GatewayCloseCodes.InvalidShard]: 'Discord refuses the shard; run this bot once only',
  [GatewayCloseCodes.ShardingRequired]: 'the bot is on too many servers for one connection',
  [GatewayCloseCodes.InvalidAPIVersion]:
    'Discord no longer speaks this version; update the gateway',
  [GatewayCloseCodes.InvalidIntents]: 'Discord refuses the intents; update the gateway',
  [GatewayCloseCodes.DisallowedIntents]:
    'the bot may not read messages: switch on "Message Content Intent" in the developer portal (Bot, Privileged Gateway Intents) and restart the gateway',
};

export interface ConnectionEvents {
  /** Every dispatch in order, with its sequence. */
  dispatch(payload: GatewayDispatchPayload): void;
  /** A sign of life. */
  heard(): void;
  /** The connection is gone and is being made again. */
  lost(reason: string): void;
  /** No reconnect will help. */
  fatal(reason: string): void;
}

/**
 * One connection to Discord's gateway by `@discordjs/ws`, with a session store of our own.
 *
 * The library gives a session up when it merely failed to connect, and identifies anew. Here a
 * session is kept until Discord itself says that it is gone: then what was said during an outage is
 * replayed by RESUME. `updateSessionInfo(null)` is therefore heeded only where no close or socket
 * error came before it (that is op 9, "invalid session"), or after a close code that ends sessions.
 */
export class Connection {
  readonly #manager: WebSocketManager;
  readonly #clock: Clock;
  #strategy: SimpleShardingStrategy | undefined;
  #session: SessionInfo | null;
  #broken = false;
  /** Attempts in a row that did not come as far as Discord's hello. */
  #failures = 0;
  #fatal = false;
  readonly #backoff: Backoff;
  readonly #leaving = new AbortController();

  constructor(
    rest: REST,
    token: string,
    session: SessionInfo | null,
    time: { readonly clock: Clock; readonly random: Random },
    events: ConnectionEvents,
  ) {
    const { clock } = time;
    this.#backoff = new Backoff(time.random, SECOND, MINUTE);
    this.#session = session;
    this.#clock = clock;
    const manager = new WebSocketManager({
      token,
      intents: INTENTS,
      rest,
      shardCount: 1,
      retrieveSessionInfo: () => this.#retrieve(),
      updateSessionInfo: (_shard, info) => this.#update(info),
      buildStrategy: (m) => {
        this.#strategy = new SimpleShardingStrategy(m);
        return this.#strategy;
      },
      buildIdentifyThrottler: async () => new FrugalIdentify(clock),
    });
    this.#manager = manager;
    manager.on(WebSocketShardEvents.Hello, () => {
      this.#broken = false;
      this.#failures = 0;
      this.#backoff.reset();
    });
    manager.on(WebSocketShardEvents.Dispatch, (payload) => {
      if (this.#gone()) return;
      events.heard();
      events.dispatch(payload);
    });
    manager.on(WebSocketShardEvents.HeartbeatComplete, () => events.heard());
    manager.on(WebSocketShardEvents.SocketError, () => {
      this.#broken = true;
      this.#failures++;
    });
    manager.on(WebSocketShardEvents.Closed, (code) => {
      if (this.#gone()) return;
      this.#broken = !ENDS_SESSION.has(code);
      const reason = FATAL[code];
      this.#fatal = reason !== undefined;
      if (reason === undefined) events.lost(`Discord's gateway closed the connection (${code})`);
      else events.fatal(reason);
    });
    // Also told by its close code, above; without a listener it would be thrown.
    manager.on(WebSocketShardEvents.Error, () => {});
  }

  /** Resolves when the session is ready or resumed. Rejects when the gateway cannot even be looked up. */
  connect(): Promise<void> {
    return this.#manager.connect();
  }

  /** Leaves without ending the session: Discord keeps it, and what is said meanwhile, for a while. */
  async stop(): Promise<void> {
    this.#leaving.abort();
    this.#quietSockets();
    const late = new AbortController();
    await Promise.race([
      Promise.resolve(this.#manager.destroy({ code: 4200, reason: 'handing over' })).catch(
        () => {},
      ),
      pause(this.#clock, 3 * SECOND, late.signal),
    ]);
    late.abort();
  }

  /** Asked before each connection: the place to slow the library's two attempts a second down. */
  #retrieve(): SessionInfo | null | Promise<SessionInfo | null> {
    if (this.#failures > 0) return this.#afterWait();
    return this.#gone() ? new Promise<never>(() => {}) : this.#session;
  }

  async #afterWait(): Promise<SessionInfo | null> {
    // The address to resume at may be gone for good; then a new session is the way.
    if (this.#failures > 10) this.#session = null;
    await pause(this.#clock, this.#backoff.next(), this.#leaving.signal);
    // A reconnect that slept through the stop must not come back: it waits for ever.
    return this.#gone() ? new Promise<never>(() => {}) : this.#session;
  }

  #gone(): boolean {
    return this.#leaving.signal.aborted || this.#fatal;
  }

  #update(info: SessionInfo | null): void {
    if (this.#gone() || (info === null && this.#broken)) return;
    this.#session = info;
  }

  /**
   * The library takes its error listener off a socket that is still connecting when it is told to
   * stop; a refused connection would then end the process.
   */
  #quietSockets(): void {
    const shards = (this.#strategy as unknown as { shards?: Map<number, { connection?: Socket }> })
      ?.shards;
    for (const { connection } of shards?.values() ?? []) {
      connection?.on('error', () => {});
      connection?.once('open', () => connection.close(4200));
    }
  }
}

interface Socket {
  on(event: 'error', listener: () => void): void;
  once(event: 'open', listener: () => void): void;
  close(code: number): void;
}

/**
 * Discord allows 1,000 identifies a day. The first is free; each further one within half an hour
 * waits twice as long as the one before, from 5 seconds (Discord's own minimum) to 5 minutes.
 */
class FrugalIdentify implements IIdentifyThrottler {
  readonly #clock: Clock;
  #times: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async waitForIdentify(_shard: number, signal: AbortSignal): Promise<void> {
    const now = this.#clock.monotonic();
    this.#times = this.#times.filter((at) => now - at < 30 * MINUTE);
    const last = this.#times.at(-1);
    if (last !== undefined) {
      const gap = Math.min(5 * MINUTE, 5 * SECOND * 2 ** (this.#times.length - 1));
      await pause(this.#clock, last + gap - now, signal);
    }
    if (signal.aborted) throw new Error('the connection closed while it waited to identify');
    this.#times.push(this.#clock.monotonic());
  }
}
