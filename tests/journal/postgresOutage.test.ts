import postgres from 'postgres';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JournalUnavailable } from '../../gateway/core/exit.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { seeded } from '../harness/random.ts';
import { answered, HOUR, join, message, names, starting, T0, turnOf } from './builders.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.end());

/** So many turns go through the faults, however slow the machine. */
const ENOUGH = 200;

/** Tries until the journal takes it. What it refused was not written, so that the same call is right. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof JournalUnavailable)) throw error;
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

/** Cuts the connections of everybody else, in whatever they are doing. */
async function cutConnections(): Promise<void> {
  const admin = postgres(server.url, { max: 1, onnotice: () => {} });
  try {
    await admin`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'sluice'`;
  } finally {
    await admin.end({ timeout: 1 });
  }
}

async function again(signal: NodeJS.Signals): Promise<void> {
  await server.stop(signal);
  await server.start();
}

it('R33 what a call says is true though the database is killed and connections are cut in mid-commit: nothing lost, nothing twice', async () => {
  const journal = await openPostgresJournal({ url: server.url, schema: 'outage' });
  await join(journal, 'i1', T0 + 1_000 * HOUR);
  const random = seeded(7);
  const said: string[] = [];
  let on = true;
  const faults = (async () => {
    for (let n = 0; n < 14 || said.length < ENOUGH; n++) {
      await new Promise((done) => setTimeout(done, 100 + random() * 250));
      if (n % 7 === 3) await again('SIGKILL');
      else if (n % 7 === 5) await again('SIGQUIT');
      else if (n % 7 === 6) await again('SIGINT');
      else await cutConnections();
    }
    on = false;
  })();
  await Promise.all([
    faults,
    ...Array.from({ length: 12 }, async (_, lane) => {
      for (let i = 0; on; i++) said.push(await oneTurn(journal, `m-${lane}-${i}`, `l${lane}`));
    }),
  ]);
  for (const id of said) {
    const events = await insist(() => names(journal, id));
    expect(events, id).toEqual(['accepted', 'started', 'answered']);
  }
  expect(await journal.counts()).toMatchObject({
    accepted: said.length,
    open: 0,
    outcomes: { answered: said.length },
  });
  await journal.close();
}, 120_000);

/** A message whose every step is insisted on. A step that was refused, and was written, would show here. */
async function oneTurn(journal: Journal, id: string, lane: string): Promise<string> {
  const receipt = await insist(() => journal.accept(message(id, lane), starting()));
  const turn = turnOf(receipt);
  const end = await insist(() => journal.endTurn(turn, answered(turn)));
  expect(end).toMatchObject({ accepted: true });
  return id;
}
