import { MINUTE, SECOND } from '../../core/clock.ts';
import { ConfigError, JournalUnavailable } from '../../core/exit.ts';
import type { Host, Platform } from '../platform.ts';
import type { PlatformDeps } from '../shared/deps.ts';
import { Pulse } from '../shared/pulse.ts';
import { openUrl } from '../shared/safeGet.ts';
import { deliver } from './deliver.ts';
import type { WebhookOptions } from './options.ts';
import { readBody } from './request.ts';
import { mistrust } from './signature.ts';

export interface WebhookDeps extends Omit<PlatformDeps, 'authorise' | 'random'> {
  /** What signs requests, both ways. */
  readonly secret: string;
}

/** A webhook: signed HTTP in and out, for everything that has no adapter of its own. */
export interface WebhookPlatform extends Platform {
  /**
   * Answers a POST to /webhooks/NAME; the HTTP server mounts it. 200 with the reply, 202 once the
   * message is committed, 401 for a bad signature, 507 or 503 when nothing was accepted.
   */
  handle(request: Request): Promise<Response>;
}

const json = (status: number, body: object, headers: Record<string, string> = {}) =>
  new Response(`${JSON.stringify(body)}\n`, {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...headers },
  });
const refused = (status: number, error: string) =>
  json(status, { error }, status >= 500 || status === 429 ? { 'retry-after': '5' } : {});

/** @throws ConfigError for a secret that is too short to sign with. */
export function createWebhookPlatform(options: WebhookOptions, deps: WebhookDeps): WebhookPlatform {
  const { clock, secret } = deps;
  const account = options.name;
  if (secret.length < 16) {
    throw new ConfigError(
      `webhook:${account}: its secret is shorter than 16 characters; make one with \`openssl rand -hex 32\``,
    );
  }
  let host: Host | undefined;
  // Nothing is wrong with a webhook that nobody calls.
  const pulse = new Pulse(clock, Number.POSITIVE_INFINITY, () => host?.changed());
  const closing = new AbortController();

  async function accept(to: Host, body: Uint8Array, signal: AbortSignal): Promise<Response> {
    let read: ReturnType<typeof readBody>;
    try {
      read = readBody(Buffer.from(body).toString('utf8'), account, options.role);
    } catch (error) {
      return refused(400, (error as Error).message);
    }
    const received = await to.receive(read.message);
    if (!received.accepted) {
      if (received.refused === 'full') {
        return refused(429, 'too many messages wait in this chat; this one was not taken');
      }
      return refused(503, 'the gateway is stopping; this message was not taken');
    }
    pulse.heard();
    const { id, duplicate } = received;
    const settled = await inTime(
      to,
      id,
      duplicate ? Math.max(read.waitSeconds, 0.05) : read.waitSeconds,
      signal,
    );
    if (settled === undefined) return json(202, { id, duplicate, state: 'accepted' });
    const { outcome, text, error } = settled;
    return json(200, {
      id,
      duplicate,
      state: 'done',
      outcome,
      text,
      ...(error === undefined ? {} : { error }),
    });
  }

  /** The outcome, where it comes within `seconds`. */
  async function inTime(to: Host, id: string, seconds: number, signal: AbortSignal) {
    if (seconds <= 0) return undefined;
    const late = new AbortController();
    const timer = clock.after(seconds * SECOND, () => late.abort());
    try {
      return await to.settled(id, AbortSignal.any([late.signal, signal, closing.signal]));
    } catch {
      return undefined;
    } finally {
      timer.cancel();
    }
  }

  return {
    platform: 'webhook',
    account,
    takeOver: 'shared',
    split: (text) => [text],
    sendClass: () =>
      // Where nothing is posted there is nothing to repeat.
      options.reply_idempotent || options.reply_url === undefined ? 'key-on-send' : 'blind',
    async start(to) {
      host = to;
      pulse.heard();
    },
    async stopReceiving() {
      // Every instance may take requests; the open connections of this one are still answered.
      pulse.stopped();
    },
    async handle(request) {
      if (request.method !== 'POST') return refused(405, 'POST a message here');
      if (host === undefined) return refused(503, 'the gateway is starting');
      const length = Number(request.headers.get('content-length') ?? 0);
      if (length > options.max_body)
        return refused(413, `the body is larger than ${options.max_body} bytes`);
      const body = await readAtMost(request, options.max_body);
      if (body === undefined)
        return refused(413, `the body is larger than ${options.max_body} bytes`);
      const doubt = mistrust(
        secret,
        request.headers,
        body,
        clock.now(),
        options.replay_window * SECOND,
      );
      if (doubt !== undefined) return refused(401, doubt);
      try {
        return await accept(host, body, request.signal);
      } catch (error) {
        if (!(error instanceof JournalUnavailable)) throw error;
        return refused(error.full ? 507 : 503, 'the message could not be committed; send it again');
      }
    },
    async send(row, signal) {
      if (options.reply_url === undefined) return { ok: true };
      return deliver(row, {
        url: options.reply_url,
        secret,
        now: clock.now(),
        timeoutMs: options.timeout * SECOND,
        fetch: deps.fetch ?? fetch,
        signal,
      });
    },
    open: (attachment, signal) => openUrl(attachment.ref, { signal, timeoutMs: MINUTE }),
    liveness: () => pulse.liveness(),
    where: () => `/webhooks/${encodeURIComponent(account)}`,
    async close() {
      closing.abort();
      pulse.stopped();
    },
  };
}

/** The body, or undefined as soon as it is larger than `limit`. */
async function readAtMost(request: Request, limit: number): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.length;
    if (size > limit) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
