import type { OpenedJournal } from '../assembly/journalOf.ts';
import type { WebDeps } from '../assembly/webOf.ts';
import type { Config } from '../config/schema.ts';
import { type Clock, SECOND } from '../core/clock.ts';
import { JournalUnavailable } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import { wait } from '../core/wait.ts';
import { failureOf } from '../journal/postgres/errors.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import { OutageServer } from './outageServer.ts';
import type { Prepared } from './prepared.ts';
import type { Releases } from './releases.ts';

export interface AwaitJournalDeps extends Pick<Prepared, 'journal' | 'reopen' | 'socket'> {
  readonly config: Pick<Config, 'platforms'>;
  readonly link?: SupervisorLink;
  readonly clock: Clock;
  readonly log: Log;
  readonly releases: Releases;
}

/** The journal, and the socket to listen on from now on. */
export interface Awaited {
  readonly opened: OpenedJournal;
  readonly socket: WebDeps['socket'];
}

/** How often a database that is away is tried, and how often that is said to the supervisor. */
const AGAIN = 1 * SECOND;
/** As people are told it at `/readyz`: no address. */
const REASON = 'the database of the journal cannot be reached; waiting for it';

/**
 * The journal as soon as it can be opened. While the database of a shared one is away this waits, and tells whoever
 * asks over HTTP to come again; undefined: it was told to stop meanwhile. A successor does not wait: its
 * predecessor serves.
 * @throws whatever cannot pass by itself: a wrong password, a newer schema.
 */
export async function awaitJournal(deps: AwaitJournalDeps): Promise<Awaited | undefined> {
  const [first, socket] = await Promise.allSettled([deps.journal, deps.socket]);
  if (socket.status === 'rejected') throw socket.reason;
  if (first.status === 'fulfilled') return { opened: first.value, socket: socket.value };
  if (deps.reopen === undefined || !passes(first.reason) || deps.link?.become.role === 'successor')
    throw first.reason;
  deps.log.warn({ err: first.reason }, REASON);
  const server = await serverOf(deps, socket.value);
  const opened = await untilOpen(deps.reopen, deps);
  if (opened === undefined) return undefined;
  deps.log.info({}, 'the database of the journal is back');
  deps.releases.add(() => opened.journal.close());
  const { host } = deps.config.platforms.web;
  if (server === undefined) return { opened, socket: socket.value };
  return { opened, socket: { at: server.release(), host: socket.value?.host ?? host } };
}

async function serverOf(
  { config: { platforms }, log }: AwaitJournalDeps,
  socket: WebDeps['socket'],
): Promise<OutageServer | undefined> {
  const { enabled, host, port } = platforms.web;
  if (!enabled) return undefined;
  try {
    return await OutageServer.listen(socket?.at ?? { host, port }, REASON);
  } catch (error) {
    log.debug({ err: error }, 'nobody can be told over HTTP that the journal is away');
    return undefined;
  }
}

async function untilOpen(
  reopen: () => Promise<OpenedJournal>,
  { link, clock }: AwaitJournalDeps,
): Promise<OpenedJournal | undefined> {
  const stopped = new AbortController();
  link?.on('stop', () => stopped.abort());
  // As in supervised.ts, which takes both over.
  link?.onOrphaned(() => process.exit(1));
  for (;;) {
    void link?.send({ type: 'waiting', reason: REASON });
    if (!(await wait(clock, AGAIN, stopped.signal))) return undefined;
    try {
      return await reopen();
    } catch (error) {
      if (!passes(error)) throw error;
    }
  }
}

function passes(error: unknown): boolean {
  return error instanceof JournalUnavailable && failureOf(error.cause) !== 'mistake';
}
