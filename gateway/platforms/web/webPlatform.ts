import type { ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { ConfigError } from '../../core/exit.ts';
import type { Outbound } from '../../core/outbox.ts';
import type { Progress } from '../../core/progress.ts';
import type { Liveness } from '../../core/status.ts';
import type { Host, Platform } from '../platform.ts';
import { Completions } from './api/completions.ts';
import { pageAssets } from './http/assets.ts';
import { enter, refuse } from './http/entrance.ts';
import { type GuardOptions, isLoopback } from './http/guard.ts';
import { type ListenAt, Listener } from './http/listener.ts';
import { Login } from './http/login.ts';
import { Problem } from './http/problem.ts';
import { RateLimit } from './http/rate.ts';
import { LiveTurns } from './liveTurns.ts';
import { limitsOf, type WebLimits } from './options.ts';
import { PageEvents } from './page/pageEvents.ts';
import { routes } from './routes.ts';
import { StatusView } from './statusView.ts';

export interface WebPlatformOptions {
  readonly listen: ListenAt;
  /** The address that is listened on, also when the descriptor is inherited: Host names are judged by it. */
  readonly host: string;
  /** What requests must carry. Without one the host must be loopback. */
  readonly token?: string;
  readonly allowedHosts?: readonly string[];
  readonly allowedOrigins?: readonly string[];
  readonly limits?: Partial<WebLimits>;
  /** The text of `/metrics`; without it the path does not exist. */
  readonly metrics?: () => Promise<{ readonly type: string; readonly body: string }>;
  readonly account?: string;
  /** Answers POST /webhooks/NAME; undefined for a name that is not configured. */
  readonly webhook?: (name: string) => ((request: Request) => Promise<Response>) | undefined;
  /** Epoch milliseconds. */
  readonly now?: () => number;
}

/** How long streams have to take their last words when the platform closes. */
const CLOSE_GRACE_MS = 1000;

/**
 * The page and the HTTP API.
 * @throws ConfigError for a host that is not loopback without a token.
 */
export function createWebPlatform(options: WebPlatformOptions): Platform {
  return new WebPlatform(options);
}

class WebPlatform implements Platform {
  readonly platform = 'web';
  readonly account: string;
  readonly takeOver = 'shared';
  readonly asks = true;
  readonly #options: WebPlatformOptions;
  readonly #limits: WebLimits;
  readonly #now: () => number;
  readonly #live: LiveTurns;
  readonly #events: PageEvents;
  readonly #closing = new AbortController();
  #listener: Listener | undefined;
  #unsubscribe: (() => void) | undefined;
  #liveness: Liveness = { state: 'starting' };
  #port: number | undefined;

  constructor(options: WebPlatformOptions) {
    if (options.token === undefined && !isLoopback(options.host)) {
      throw new ConfigError(
        `platforms.web.host is ${options.host}, which others can reach, and there is no token. Set platforms.web.token_file (or token_env), or listen on 127.0.0.1.`,
      );
    }
    this.#options = options;
    this.account = options.account ?? 'default';
    this.#limits = { ...limitsOf(), ...options.limits };
    this.#now = options.now ?? Date.now;
    this.#live = new LiveTurns(this.#now);
    this.#events = new PageEvents(this.#live, this.#now);
  }

  split(text: string): readonly string[] {
    return [text];
  }

  sendClass(): 'key-on-send' {
    return 'key-on-send';
  }

  async start(host: Host): Promise<void> {
    const status = new StatusView(host.operations, this.#now);
    this.#unsubscribe = host.subscribe((progress) => this.#heard(progress, status));
    const listener = new Listener(this.#limits, this.#handler(host, status));
    await listener.listen(this.#options.listen);
    this.#listener = listener;
    this.#port = listener.port;
    this.#liveness = { state: 'live', heardAt: this.#now() };
    host.changed();
  }

  async stopReceiving(): Promise<void> {
    this.#listener?.stopAccepting();
    this.#liveness = { state: 'stopped' };
    this.#events.moveAway();
  }

  async receivedLast(): Promise<void> {
    await this.#listener?.receivedLast();
  }

  /** Nothing leaves: a reply is read by whoever waits for it, and from the transcript. */
  async send(row: Outbound): Promise<{ readonly ok: true; readonly platformId: string }> {
    // Work in the background has a lane of its own; its answer is in no transcript of the chat.
    if (row.kind !== 'reply' || /:background:/.test(row.lane)) this.#events.say(row);
    return { ok: true, platformId: row.id };
  }

  liveness(): Liveness {
    return this.#liveness;
  }

  where(): string | undefined {
    if (this.#port === undefined) return undefined;
    const { host } = this.#options;
    const any = host === '0.0.0.0' || host === '::';
    const name = any ? '127.0.0.1' : host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host;
    return `http://${name}:${this.#port}/`;
  }

  async close(): Promise<void> {
    await this.stopReceiving();
    this.#closing.abort();
    await this.#listener?.close(CLOSE_GRACE_MS);
    this.#unsubscribe?.();
    this.#events.flush();
  }

  #heard(progress: Progress, status: StatusView): void {
    if (progress.type === 'status') status.changed();
    this.#live.apply(progress);
    this.#events.apply(progress);
  }

  #handler(host: Host, status: StatusView) {
    const limits = this.#limits;
    const live = this.#live;
    const now = this.#now;
    const { account } = this;
    const completions = new Completions({
      host,
      account,
      live,
      status,
      limits,
      now,
      closing: this.#closing.signal,
    });
    const login = new Login(this.#options.token, now);
    const mono = () => performance.now();
    const app = routes({
      webhook: this.#options.webhook,
      host,
      account,
      live,
      events: this.#events,
      status,
      limits,
      completions,
      login,
      loginRate: new RateLimit(0.2, 10, mono),
      assets: pageAssets(),
      metrics: this.#options.metrics,
      startedAt: now(),
    });
    const rate = new RateLimit(limits.rate, limits.rate * 2, mono);
    const guard: GuardOptions = {
      host: this.#options.host,
      allowedHosts: this.#options.allowedHosts ?? [],
      allowedOrigins: this.#options.allowedOrigins ?? [],
    };
    const serve = getRequestListener(app.fetch, {
      overrideGlobalObjects: false,
      hostname: 'localhost',
    });
    return (request: Parameters<typeof serve>[0], response: ServerResponse) => {
      if (!enter(request as never, response, guard, rate)) return;
      this.#liveness = { ...this.#liveness, heardAt: now() };
      void serve(request, response)
        .catch((error) => {
          host.log.error({ error: String(error) }, 'a request failed');
          if (response.headersSent) response.destroy();
          else
            refuse(
              request as never,
              response,
              new Problem(400, 'malformed_request', 'This request cannot be read.'),
            );
        })
        .finally(() => letGo(response, limits.stallMs));
    };
  }
}

/** A client that does not take its answer does not keep it in memory for ever. */
function letGo(response: ServerResponse, stallMs: number): void {
  if (!response.writableEnded || response.writableFinished || response.destroyed) return;
  const timer = setTimeout(() => response.destroy(), stallMs);
  response.once('close', () => clearTimeout(timer));
}
