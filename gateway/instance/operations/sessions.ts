import type { Clock } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import type { Operations, SessionView } from '../../core/operations.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';
import type { Journal, SessionRow } from '../../journal/journal.ts';

export interface SessionDeps {
  readonly journal: Pick<
    Journal,
    'sessions' | 'session' | 'transcript' | 'newSession' | 'updateSession'
  >;
  readonly clock: Clock;
  readonly bus: ProgressBus;
}

/** Conversations: listed, read, begun anew, named. */
export function sessionOperations({
  journal,
  clock,
  bus,
}: SessionDeps): Pick<Operations, 'sessions' | 'transcript' | 'newSession' | 'renameSession'> {
  return {
    sessions: async ({ search, lane, limit }) => {
      const rows = await journal.sessions({
        limit: limit ?? 100,
        ...(search === undefined ? {} : { search }),
        ...(lane === undefined ? {} : { lane }),
      });
      return rows.map(sessionView);
    },
    transcript: (session, { before, limit }) =>
      journal.transcript(session, {
        limit: limit ?? 100,
        ...(before === undefined ? {} : { before }),
      }),
    newSession: async (lane) => {
      const [before] = await journal.sessions({ lane, limit: 1 });
      const row = await journal.newSession(lane, clock.now());
      bus.emit({
        type: 'session',
        lane,
        session: row.id,
        ...(before === undefined ? {} : { before: before.id }),
      });
      return sessionView(row);
    },
    renameSession: async (session, title) => {
      if ((await journal.session(session)) === undefined)
        throw new RequestError(`There is no session ${session}.`);
      await journal.updateSession(session, { title: title.trim().slice(0, 200) });
    },
  };
}

function sessionView({ endedAt, ...row }: SessionRow): SessionView {
  return { ...row, ended: endedAt !== undefined };
}
