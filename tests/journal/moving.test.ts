import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JournalUnusable, RequestError } from '../../gateway/core/exit.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { fingerprint } from '../../gateway/journal/moving/copy.ts';
import type { Mark } from '../../gateway/journal/moving/mark.ts';
import { sharedName } from '../../gateway/journal/moving/place.ts';
import { postgresEnd } from '../../gateway/journal/moving/postgresEnd.ts';
import { sqliteEnd } from '../../gateway/journal/moving/sqliteEnd.ts';
import { MOVED, STAYS } from '../../gateway/journal/moving/tables.ts';
import { moveHome } from '../../gateway/journal/moving/toHome.ts';
import { type MoveOptions, moveToPostgres } from '../../gateway/journal/moving/toPostgres.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { reportOnShared } from '../../gateway/journal/postgres/report.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { openFile } from '../../gateway/journal/sqlite/file.ts';
import { writeMark } from '../../gateway/journal/sqlite/mark.ts';
import { reportOn } from '../../gateway/journal/sqlite/report.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { tempDir } from '../harness/temp.ts';
import { claimBy, HOUR, join as joinAs, message, T0, waiting } from './builders.ts';
import { fill, told } from './filled.ts';

let server: PostgresServer;
let admin: postgres.Sql;
beforeAll(async () => {
  server = await startPostgres();
  admin = postgres(server.url, { onnotice: () => {}, fetch_types: false });
});
afterAll(async () => {
  await admin.end({ timeout: 1 });
  await server.end();
});

let n = 0;
/** A home's journal with all of that, stopped as by a power cut. */
async function filled(): Promise<{
  options: MoveOptions;
  before: Awaited<ReturnType<typeof told>>;
}> {
  const file = join(tempDir(), 'journal.db');
  const journal = await openSqliteJournal({ file });
  await fill(journal);
  const before = await told(journal);
  await journal.close();
  const shared = { url: server.url, schema: `moved_${n++}` };
  return { options: { file, shared, now: T0, id: `move-${n}`, advance: () => {} }, before };
}

const inShared = ({ shared }: MoveOptions): Promise<Journal> => openPostgresJournal(shared);

async function using<T>(journal: Journal, look: (journal: Journal) => Promise<T>): Promise<T> {
  try {
    return await look(journal);
  } finally {
    await journal.close();
  }
}

describe('sluice journal move', () => {
  it('takes every kind of record into PostgreSQL and back, as it was', async () => {
    const { options, before } = await filled();
    const { file, shared } = options;
    const there = await moveToPostgres(options);
    expect(Object.entries(there.copied?.rows ?? {}).filter(([, rows]) => rows === 0)).toEqual([]);
    expect(await using(await inShared(options), told)).toEqual(before);
    expect(await reportOnShared(shared.url, shared.schema)).not.toHaveProperty('complaint');

    const home = await moveHome({ ...options, id: 'back' });
    expect(home.copied).toEqual(there.copied);
    expect(await using(await openSqliteJournal({ file }), told)).toEqual(before);
    expect(reportOn(file)).not.toHaveProperty('complaint');
    expect(readdirSync(join(file, '..')).filter((f) => f.includes('before'))).toHaveLength(1);
  });

  it('gives numbers on where they were, and what was cut off to whoever comes next', async () => {
    const { options } = await filled();
    await moveToPostgres(options);
    const journal = await inShared(options);
    await using(journal, async () => {
      await joinAs(journal, 'i2', T0 + HOUR, 'elsewhere');
      const adoption = await journal.adopt({ machine: 'elsewhere', allBut: ['i2'] }, T0 + 9);
      expect(adoption.turns).toHaveLength(1);
      expect(adoption.ambiguous).toHaveLength(1);
      expect(adoption.commands.map(({ id }) => id)).toEqual(['once']);
      const { seq: last } = (await journal.message('dies')) ?? { seq: 0 };
      const receipt = await journal.accept(message('new', 'e'), waiting());
      expect(receipt.status === 'accepted' && receipt.seq).toBe(last + 1);
      const claimed = await journal.claimAny(claimBy('i2', { now: T0 + HOUR }), 10);
      expect(claimed.map((t) => t.messages.map(({ id }) => id)).sort()).toEqual([
        ['new'],
        ['p1', 'p2'],
        ['runs'],
      ]);
    });
  });

  it('leaves a file that no gateway opens, says where its journal is, and does nothing when it is run again', async () => {
    const { options } = await filled();
    await moveToPostgres(options);
    const { file } = options;
    await expect(openSqliteJournal({ file })).rejects.toThrow(JournalUnusable);
    await expect(openSqliteJournal({ file })).rejects.toThrow(/moved to postgres:.*moved_/);
    expect(await moveToPostgres({ ...options, id: 'again' })).toEqual({});
    await moveHome({ ...options, id: 'back' });
    await expect(inShared(options)).rejects.toThrow(/moved to .*journal\.db/);
    expect(await moveHome({ ...options, id: 'again' })).toEqual({});
  });

  it('moves a second time, and keeps what was moved away before beside', async () => {
    const { options, before } = await filled();
    await moveToPostgres(options);
    await moveHome({ ...options, id: 'back' });
    const again = await moveToPostgres({ ...options, id: 'third' });
    expect(again.beside).toMatch(/^moved_\d+_before_/);
    expect(await using(await inShared(options), told)).toEqual(before);
    const [kept] = await admin.unsafe(`SELECT count(*) AS n FROM ${again.beside}.messages`);
    expect(Number(kept?.n)).toBe(before.counts.accepted - 3);
  });

  it('refuses while a gateway uses the database, and one that holds another journal', async () => {
    const { options } = await filled();
    const other = await inShared(options);
    await joinAs(other, 'i9', Date.now() + HOUR, 'far');
    await expect(moveToPostgres(options)).rejects.toThrow(/still uses.*: far/);
    await other.accept(message('theirs', 'x'), waiting());
    await other.leave('i9');
    await other.close();
    await expect(moveToPostgres(options)).rejects.toThrow(/holds another journal/);
    await expect(moveToPostgres(options)).rejects.toThrow(RequestError);
    await using(await openSqliteJournal({ file: options.file }), told);
  });

  it('is refused by a sluice that is older than the schema, with what to do', async () => {
    const { options } = await filled();
    await moveToPostgres(options);
    const { schema, url } = options.shared;
    await admin.unsafe(`INSERT INTO ${schema}.versions (version) VALUES (99)`);
    await expect(inShared(options)).rejects.toThrow(JournalUnusable);
    await expect(inShared(options)).rejects.toThrow(/newer sluice.*upgrade this sluice/);
    await expect(moveHome({ ...options, id: 'back' })).rejects.toThrow(/upgrade this sluice/);
    expect((await reportOnShared(url, schema)).complaint).toMatch(/Upgrade this sluice/);
  });

  it('knows every table and every column of both engines', async () => {
    const { options } = await filled();
    await moveToPostgres(options);
    const c = openFile(options.file, { moved: true });
    const inFile = c.all<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    const { schema } = options.shared;
    const columns = await admin<{ table: string; column: string }[]>`
      SELECT table_name AS table, column_name AS column FROM information_schema.columns
      JOIN information_schema.tables USING (table_schema, table_name)
      WHERE table_schema = ${schema} AND table_type = 'BASE TABLE' AND is_generated = 'NEVER'`;
    const known = new Set([...MOVED.map(({ name }) => name), ...STAYS]);
    const all = [...inFile.map(({ name }) => name), ...columns.map(({ table }) => table)];
    expect(all.filter((name) => !known.has(name))).toEqual([]);
    for (const { name, columns: moved } of MOVED) {
      const here = c.all<{ name: string }>(`PRAGMA table_info(${name})`).map((x) => x.name);
      const there = columns.filter(({ table }) => table === name).map(({ column }) => column);
      expect([...moved].sort(), name).toEqual(here.sort());
      expect([...moved].sort(), name).toEqual(there.filter((x) => x !== 'burst').sort());
    }
    const of = (end: Parameters<typeof fingerprint>[0]) => fingerprint(end, async () => {});
    const here = await of(sqliteEnd(c, 'file'));
    await admin.unsafe(`UPDATE ${schema}.transcript SET text = text || ' ' WHERE role = 'user'`);
    const there = (await admin.begin((tx) =>
      of(postgresEnd(tx, schema, 'database')),
    )) as typeof here;
    expect(there.rows).toEqual(here.rows);
    expect(there.hashes).toEqual({ ...here.hashes, transcript: there.hashes.transcript });
    expect(there.hashes.transcript).not.toBe(here.hashes.transcript);
    c.db.close();
  });

  it('killed in any piece, and between any two marks, it is ended by a second run, and no gateway opens half of it', async () => {
    const { options, before } = await filled();
    const { file, shared } = options;
    const shape = { ...options, advance: undefined };
    const pieces = await piecesOf(options);
    for (const at of [1, Math.ceil(pieces / 2), pieces]) {
      expect(await moverDies({ ...shape, to: 'postgres', at })).toBe('SIGKILL');
      const [there] = await admin`SELECT to_regnamespace(${shared.schema}) IS NOT NULL AS there`;
      expect(there?.there).toBe(false);
      expect(await using(await openSqliteJournal({ file }), told)).toEqual(before);
    }
    // Between the file's mark and the commit.
    mark(file, { id: 'cut', state: 'away', other: sharedName(shared), at: T0 });
    await expect(openSqliteJournal({ file })).rejects.toThrow(/moved to/);
    expect(await moveHome(options)).toEqual({ takenBack: true });
    expect(await using(await openSqliteJournal({ file }), told)).toEqual(before);
    mark(file, { id: 'cut', state: 'away', other: sharedName(shared), at: T0 });
    expect(await moveToPostgres(options)).toHaveProperty('copied');

    for (const at of [1, pieces]) {
      expect(await moverDies({ ...shape, to: 'home', id: 'b', at })).toBe('SIGKILL');
      await expect(openSqliteJournal({ file })).rejects.toThrow(/moved to/);
      expect(await using(await inShared(options), told)).toEqual(before);
    }
    await moveHome({ ...options, id: 'back' });
    // Between the commit that says that it is away and the file's mark.
    mark(file, { id: 'back', state: 'arriving', other: sharedName(shared), at: T0 });
    await expect(openSqliteJournal({ file })).rejects.toThrow(/did not end.*--to home/);
    await expect(inShared(options)).rejects.toThrow(/moved to/);
    expect(await moveHome({ ...options, id: 'end' })).toHaveProperty('copied');
    expect(await using(await openSqliteJournal({ file }), told)).toEqual(before);
  }, 60_000);
});

function mark(file: string, to: Mark): void {
  const c = openFile(file, { moved: true });
  writeMark(c, to);
  c.db.close();
}

/** How often a whole move reports. */
async function piecesOf(options: MoveOptions): Promise<number> {
  const c = openFile(options.file);
  let pieces = 0;
  await fingerprint(sqliteEnd(c, ''), async () => {
    pieces++;
  });
  c.db.close();
  return pieces * 2;
}

/** A process that moves, and kills itself in the piece `at`. */
async function moverDies(how: object): Promise<NodeJS.Signals | null> {
  const script = new URL('processes/mover.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, [script, JSON.stringify(how)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  return signal;
}
