import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Journal } from '../../gateway/journal/journal.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { tempDir } from '../harness/temp.ts';
import { HOUR, join, message, starting, waiting } from '../journal/builders.ts';
import { sluice } from './sluice.ts';

let server: PostgresServer;
let journal: Journal;
beforeAll(async () => {
  server = await startPostgres();
  journal = await openPostgresJournal({ url: server.url });
});
afterAll(async () => {
  await journal.close();
  await server.end();
});

const run = (...args: string[]) =>
  sluice(args, { home: tempDir(), env: { SLUICE_JOURNAL_URL: server.url } });

it('shows every machine that shares the journal: state, turns, accounts, lease, and what waits', async () => {
  const none = await run('status', '--fleet');
  expect(none).toMatchObject({ code: 1, out: expect.stringContaining('0 machines') });
  await join(journal, 'i1', Date.now() + HOUR, 'oak');
  await join(journal, 'i2', Date.now() + HOUR, 'elm');
  await journal.renew('i2', { now: Date.now(), until: Date.now() + HOUR, draining: true });
  await journal.lease('receive:telegram:default', 'i1', Date.now());
  await journal.lease('send:telegram:default', 'i1', Date.now());
  await journal.accept(message('m1', 'a'), starting('i1'));
  await journal.accept(message('m2', 'a'), waiting());
  const shown = await run('status', '--fleet');
  expect(shown.code).toBe(0);
  expect(shown.out).toMatch(/^2 machines on .*; 1 message waiting in 1 lane$/m);
  expect(shown.out).toMatch(/^elm +draining +0 turns +no accounts +lease .* left/m);
  expect(shown.out).toMatch(
    /^oak +serving +1 turn +telegram\/default +lease .* left +i1 .*generation 1/m,
  );
  const { instances } = JSON.parse((await run('status', '--fleet', '--json')).out);
  expect(instances).toHaveLength(2);
  expect(instances[1]).toMatchObject({ machine: 'oak', turns: 1, accounts: ['telegram/default'] });
  expect(instances[1].leaseLeft).toBeGreaterThan(0);
});

it('says what else to do where there is no fleet, and where there is one', async () => {
  const alone = await sluice(['status', '--fleet'], { home: tempDir() });
  expect(alone).toMatchObject({ code: 1, err: expect.stringContaining('sluice status') });
  const saved = await run('backup');
  expect(saved).toMatchObject({ code: 1, err: expect.stringContaining('pg_dump') });
  expect(saved.err).toContain('--schema=sluice');
  expect((await run('restore', 'x')).err).toContain('pg_restore');
});

it('the doctor looks at the shared journal', async () => {
  const { findings } = JSON.parse((await run('doctor', '--json')).out) as {
    findings: { about: string; level: string; what: string }[];
  };
  const said = findings.filter(({ about }) => about === 'shared journal');
  expect(said.map(({ level }) => level)).toEqual(['ok', 'ok']);
  expect(said[0]?.what).toMatch(/PostgreSQL 1\d/);
  await server.stop();
  const gone = JSON.parse((await run('doctor', '--json')).out) as { findings: typeof findings };
  expect(gone.findings.find(({ about }) => about === 'shared journal')).toMatchObject({
    level: 'problem',
    what: expect.stringMatching(/can't be used/),
  });
  await server.start();
});
