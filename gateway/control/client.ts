import { type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { RequestError, SluiceError } from '../core/exit.ts';
import type { Operations } from '../core/operations.ts';
import type { Progress } from '../core/progress.ts';
import type { Received, Settled } from '../platforms/platform.ts';
import type { ShellMessage } from './server.ts';
import { clientSocketPath } from './socketPath.ts';

// Imports no library: the command line starts fast.

/** Nothing answers on the home's control socket. */
export class NotRunning extends SluiceError {
  override readonly name = 'NotRunning';
}

/** The connection was cut before the answer was complete. */
export class ConnectionLost extends SluiceError {
  override readonly name = 'ConnectionLost';
}

/** `Operations` as seen over the socket; what is at once there takes a moment here. */
export interface ControlClient extends Omit<Operations, 'commands' | 'agents'> {
  commands(): Promise<ReturnType<Operations['commands']>>;
  agents(): Promise<ReturnType<Operations['agents']>>;
  /** Sends a message: yields whether it was accepted, and then its outcome. */
  send(
    message: ShellMessage,
    signal?: AbortSignal,
  ): AsyncGenerator<{ received: Received } | { settled: Settled }>;
  /** Progress as it happens, until `signal` aborts or the gateway leaves. */
  events(signal: AbortSignal): AsyncGenerator<Progress>;
}

/**
 * A client of the gateway that runs on a home. It connects anew for each request, so it follows a
 * hand-over by itself.
 * @throws (each operation) NotRunning; RequestError for what the gateway refuses; ConnectionLost.
 */
export function controlClient(home: string, options: { timeoutMs?: number } = {}): ControlClient {
  const timeoutMs = options.timeoutMs ?? 10_000;
  const call = async <T>(name: keyof Operations, input: object = {}): Promise<T> => {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await open(home, 'POST', `/v1/call/${name}`, input, signal);
    return (JSON.parse(await text(response, home)) as { result: T }).result;
  };
  return {
    status: () => call('status'),
    restart: (input) => call('restart', input),
    cancelRestart: () => call('cancelRestart'),
    drain: (input) => call('drain', input),
    cancelDrain: () => call('cancelDrain'),
    order: async (id) => (await call('order', { id })) ?? undefined,
    stop: (input) => call('stop', input),
    sessions: (filter) => call('sessions', filter),
    transcript: (session, page) => call('transcript', { session, ...page }),
    newSession: (lane) => call('newSession', { lane }),
    renameSession: (session, title) => call('renameSession', { session, title }),
    queue: (filter) => call('queue', filter),
    removeQueued: (message, by) => call('removeQueued', { message, by }),
    stopTurn: (turn, by) => call('stopTurn', { turn, by }),
    answer: (turn, question, option) => call('answer', { turn, question, option }),
    trace: (message) => call('trace', { message }),
    deadLetters: () => call('deadLetters'),
    deadLetter: (id) => call('deadLetter', { id }),
    retryDead: (id) => call('retryDead', { id }),
    dropDead: (id) => call('dropDead', { id }),
    pairings: () => call('pairings'),
    approvePairing: (code) => call('approvePairing', { code }),
    revokePairing: (who) => call('revokePairing', who),
    commands: () => call('commands'),
    agents: () => call('agents'),
    send: (message, signal) => lines(home, 'POST', '/v1/send', message, signal),
    events: (signal) => lines(home, 'GET', '/v1/events', undefined, signal),
  };
}

async function* lines<T>(
  home: string,
  method: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  const response = await open(home, method, path, body, signal);
  const cut = new Promise<never>((_done, fail) => {
    response.once('error', (error) => fail(lost(home, error)));
  });
  cut.catch(() => {});
  const reader = createInterface({ input: response, crlfDelay: Number.POSITIVE_INFINITY });
  const iterator = reader[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), cut]);
      if (next.done) break;
      yield JSON.parse(next.value) as T;
    }
    if (!response.complete) throw lost(home, undefined);
  } finally {
    response.destroy();
  }
}

function open(
  home: string,
  method: string,
  path: string,
  body: object | undefined,
  signal: AbortSignal | undefined,
): Promise<IncomingMessage> {
  return new Promise((done, fail) => {
    const sent = request(
      {
        socketPath: clientSocketPath(home),
        method,
        path,
        agent: false,
        headers: { host: 'sluice', 'content-type': 'application/json' },
        ...(signal === undefined ? {} : { signal }),
      },
      (response) => {
        const status = response.statusCode ?? 500;
        if (status < 400) return done(response);
        text(response, home).then((answer) => fail(refusal(status, answer)), fail);
      },
    );
    sent.once('error', (error: NodeJS.ErrnoException) => fail(connectionError(home, error)));
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

async function text(response: IncomingMessage, home: string): Promise<string> {
  let all = '';
  response.setEncoding('utf8');
  try {
    for await (const piece of response) all += piece;
  } catch (error) {
    throw lost(home, error);
  }
  return all;
}

function refusal(status: number, answer: string): Error {
  let message = answer;
  try {
    message = (JSON.parse(answer) as { error: string }).error;
  } catch {
    // Not ours; said as it came.
  }
  return status < 500 ? new RequestError(message) : new SluiceError(message);
}

function connectionError(home: string, error: NodeJS.ErrnoException): Error {
  switch (error.code) {
    case 'ENOENT':
    case 'ECONNREFUSED':
    case 'ENOTSOCK':
    case 'ENOTDIR':
      return new NotRunning(
        `no gateway is running on the home ${home}; start one with \`sluice run\`, or name another home with --home`,
      );
    case 'EACCES':
    case 'EPERM':
      return new RequestError(
        `the control socket of ${home} belongs to another user; run this as the user who runs the gateway`,
      );
    default:
      return lost(home, error);
  }
}

function lost(home: string, cause: unknown): Error {
  // A request that a signal ends fails with an AbortError, whose cause says why.
  const why = (cause as { cause?: { name?: string } } | undefined)?.cause?.name;
  const timedOut = why === 'TimeoutError';
  const what = timedOut ? 'did not answer in time' : 'ended the connection before it answered';
  return new ConnectionLost(`the gateway on the home ${home} ${what}`, { cause });
}
