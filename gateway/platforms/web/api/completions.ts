import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Inbound } from '../../../core/message.ts';
import { isRefusal } from '../../../core/refusal.ts';
import type { Host, Settled } from '../../platform.ts';
import { readJson } from '../http/body.ts';
import { NO_RETRY, Problem, refusalProblem } from '../http/problem.ts';
import type { LiveTurns } from '../liveTurns.ts';
import type { WebLimits } from '../options.ts';
import type { StatusView } from '../statusView.ts';
import { Callers } from './callers.ts';
import { type ChatRequest, readChatRequest } from './chatRequest.ts';
import { chosenModel } from './models.ts';
import { completion, type ReplyHead, settledProblem } from './reply.ts';
import { ReplyStream } from './replyStream.ts';
import { type Accepted, fingerprintOf, Retries } from './retries.ts';
import { stopMessage } from './stopMessage.ts';

export interface CompletionsDeps {
  readonly host: Host;
  readonly account: string;
  readonly live: LiveTurns;
  readonly status: StatusView;
  readonly limits: WebLimits;
  readonly now: () => number;
  /** Aborts when the platform closes. */
  readonly closing: AbortSignal;
}

/**
 * `POST /v1/chat/completions`.
 *
 * With `x-session-id` the conversation is the gateway's, and a caller that hangs up changes nothing: the
 * reply is in the transcript. Without it the request brings its history, has a lane of its own, and is
 * given up when nobody waits for it any more.
 */
export class Completions {
  readonly #deps: CompletionsDeps;
  readonly #retries: Retries;
  readonly #callers = new Callers();

  constructor(deps: CompletionsDeps) {
    this.#deps = deps;
    this.#retries = new Retries(deps.now);
    deps.closing.addEventListener('abort', () => this.#callers.close());
  }

  /** @throws Problem, JournalUnavailable: nothing has been written to `out` then. */
  async handle(request: IncomingMessage, out: ServerResponse): Promise<void> {
    const gone = new AbortController();
    // A connection that closes after its answer tells nothing, and an abort costs an error with its stack.
    out.once('close', () => {
      if (!out.writableFinished) gone.abort();
    });
    const { limits, host, status } = this.#deps;
    const body = await readJson(request, limits.maxBody);
    const chat = readChatRequest(body.value);
    const session = sessionOf(request);
    const key = keyOf(request);
    const model = chosenModel(host.operations.agents(), chat.model);
    const print = fingerprintOf(callerOf(request), session, body.raw);

    const retried = Number(header(request, 'x-stainless-retry-count') ?? 0) > 0;
    const joined = key === undefined && retried ? await this.#retries.find(print) : undefined;
    if (joined === undefined && (await status.fullRestart())) {
      throw refusalProblem({ refused: 'draining' });
    }
    const accepted =
      joined ??
      (await this.#accept(
        inboundOf({ chat, session, key, model, account: this.#deps.account }),
        key,
        print,
      ));

    const grace = header(request, 'x-stainless-retry-count') === undefined ? 0 : limits.abandonMs;
    const abandon = () => {
      this.#retries.forget(accepted.id);
      void stopMessage(this.#deps, accepted.id, 'web: the caller hung up');
    };
    this.#callers.join(accepted.id);
    try {
      await this.#answer(out, chat, accepted, session, key !== undefined, gone.signal);
    } finally {
      if (gone.signal.aborted && !out.writableFinished && session === undefined) {
        this.#callers.gone(accepted.id, grace, abandon);
      } else {
        this.#callers.done(accepted.id);
        // Who has got the answer does not ask for it again: after the time a retry takes, the same words are
        // a new message, even if their own first attempt never reached us.
        const forget = () => this.#retries.forget(accepted.id);
        if (out.writableFinished) setTimeout(forget, limits.abandonMs).unref();
      }
    }
  }

  async #accept(inbound: Inbound, key: string | undefined, print: string): Promise<Accepted> {
    const receiving = this.#receive(inbound);
    if (key === undefined) this.#retries.remember(print, receiving);
    return receiving;
  }

  async #receive(inbound: Inbound): Promise<Accepted> {
    const received = await this.#deps.host.receive(inbound);
    if (isRefusal(received)) throw refusalProblem(received);
    if (received.duplicate) {
      const other =
        received.bodyHash !== undefined &&
        received.bodyHash !== hashOf(inbound) &&
        // A command may be kept in other words than it came in (`/queue TEXT` as TEXT).
        !inbound.text.startsWith('/');
      if (other) {
        throw new Problem(
          422,
          'idempotency_mismatch',
          'This Idempotency-Key was used for another request. Use a new key for a new request.',
          { headers: NO_RETRY },
        );
      }
    }
    return received;
  }

  async #answer(
    out: ServerResponse,
    chat: ChatRequest,
    accepted: Accepted,
    session: string | undefined,
    keyed: boolean,
    gone: AbortSignal,
  ): Promise<void> {
    const { host, live, limits, now, closing } = this.#deps;
    const head: ReplyHead = {
      message: accepted.id,
      model: chat.model ?? 'sluice',
      created: Math.floor(now() / 1000),
    };
    const headers = replyHeaders(accepted.id, chat, session);
    const stream = chat.stream
      ? new ReplyStream(out, live, head, { ...limits, includeUsage: chat.includeUsage, headers })
      : undefined;
    let settled: Settled;
    try {
      settled = await host.settled(accepted.id, AbortSignal.any([gone, closing]));
    } catch (error) {
      if (gone.aborted) return;
      const problem = closing.aborted ? restartingProblem(accepted.id, keyed) : error;
      if (stream === undefined) throw problem;
      stream.fail(
        problem instanceof Problem
          ? problem
          : new Problem(
              500,
              'internal',
              'Something went wrong in the gateway; its log has the details.',
            ),
      );
      return;
    }
    if (stream !== undefined) {
      stream.finish(settled);
      await closed(out, gone);
      return;
    }
    const problem = settledProblem(settled);
    if (problem !== undefined) throw problem;
    if (gone.aborted) return;
    out.writeHead(200, { ...headers, 'content-type': 'application/json; charset=utf-8' });
    out.end(JSON.stringify(completion(head, settled)));
    await closed(out, gone);
  }
}

function inboundOf(from: {
  chat: ChatRequest;
  session: string | undefined;
  key: string | undefined;
  model: string | undefined;
  account: string;
}): Inbound {
  const { chat, session, key, model, account } = from;
  const updateId =
    key === undefined ? `api:${randomUUID()}` : `key:${encodeURIComponent(session ?? '')}:${key}`;
  const name = session === undefined ? `once:${short(updateId)}` : `api:${session}`;
  return {
    address: { platform: 'web', account, chat: name },
    updateId,
    sender: { id: 'api', name: 'API', role: 'owner' },
    direct: false,
    text: chat.text,
    attachments: chat.attachments,
    busy: 'queue',
    ...(session === undefined ? { stateless: { history: chat.history } } : {}),
    ...(model === undefined ? {} : { model }),
  };
}

/** Must agree with what the gateway says of a duplicate: SHA-256 of its text and history. */
function hashOf(inbound: Inbound): string {
  const content = JSON.stringify([inbound.text, inbound.stateless?.history ?? null]);
  return createHash('sha256').update(content).digest('hex');
}

function short(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

function replyHeaders(id: string, chat: ChatRequest, session: string | undefined) {
  const system = session !== undefined && chat.history.some((e) => e.role === 'system');
  const ignored = [...chat.ignored, ...(system ? ['system'] : [])];
  return {
    'x-sluice-message-id': id,
    ...(ignored.length > 0 ? { 'x-sluice-ignored': ignored.join(', ') } : {}),
  };
}

function restartingProblem(id: string, keyed: boolean): Problem {
  return new Problem(
    503,
    'restarting',
    'The gateway is restarting. The message is kept and will be answered; ask again with its Idempotency-Key to get the reply.',
    // Without a key a retry would be a second message.
    { headers: { 'x-sluice-message-id': id, ...(keyed ? { 'retry-after': '1' } : NO_RETRY) } },
  );
}

/** Who asks, as far as a retry shows it: it comes from the same address and the same program. */
function callerOf(request: IncomingMessage): string {
  return `${request.socket.remoteAddress ?? ''} ${header(request, 'user-agent') ?? ''}`;
}

function sessionOf(request: IncomingMessage): string | undefined {
  const session = header(request, 'x-session-id');
  if (session === undefined) return undefined;
  if (/^[\x21-\x7e]{1,128}$/.test(session)) return session;
  throw new Problem(
    400,
    'invalid_session',
    'x-session-id must be 1 to 128 visible ASCII characters.',
    { param: 'x-session-id' },
  );
}

function keyOf(request: IncomingMessage): string | undefined {
  const key = header(request, 'idempotency-key');
  if (key === undefined) return undefined;
  if (/^[\x20-\x7e]{1,255}$/.test(key)) return key;
  throw new Problem(
    400,
    'invalid_idempotency_key',
    'Idempotency-Key must be 1 to 255 ASCII characters.',
    { param: 'idempotency-key' },
  );
}

function header(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

function closed(out: ServerResponse, gone: AbortSignal): Promise<void> {
  if (out.writableFinished || gone.aborted) return Promise.resolve();
  return new Promise((done) => {
    out.once('finish', done);
    out.once('close', done);
  });
}
