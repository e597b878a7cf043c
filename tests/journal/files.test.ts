import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { APPLICATION_ID } from '../../gateway/journal/sqlite/complaint.ts';
import { openFile } from '../../gateway/journal/sqlite/file.ts';
import { MIGRATIONS, SCHEMA_VERSION } from '../../gateway/journal/sqlite/migrations/index.ts';
import { tempDir } from '../harness/temp.ts';
import { answered, join as joinAs, message, starting, turnOf, waiting } from './builders.ts';

const place = (): string => join(tempDir(), 'journal.db');

/** A closed journal with one accepted message in it. */
async function used(file: string): Promise<void> {
  const journal = await openSqliteJournal({ file });
  await journal.accept(message('m1', 'a'), waiting());
  await journal.close();
}

/** Every file beside the journal, its own bytes included. */
function bytes(file: string): Record<string, string> {
  const folder = dirname(file);
  return Object.fromEntries(
    readdirSync(folder).map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  );
}

async function expectUntouched(file: string, why: RegExp): Promise<void> {
  const before = bytes(file);
  await expect(openSqliteJournal({ file })).rejects.toMatchObject({
    name: 'JournalUnusable',
    exitCode: 78,
    message: expect.stringMatching(why),
  });
  expect(bytes(file)).toEqual(before);
}

describe('a journal file', () => {
  it('is readable by its owner only, and so are its -wal and -shm', async () => {
    const file = place();
    const journal = await openSqliteJournal({ file });
    await journal.accept(message('m1', 'a'), waiting());
    const modes = ['', '-wal', '-shm'].map((end) => statSync(file + end).mode & 0o777);
    expect(modes).toEqual([0o600, 0o600, 0o600]);
    await journal.close();
    chmodSync(file, 0o644);
    await (await openSqliteJournal({ file })).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('holds after it is closed and opened again what it held before', async () => {
    const file = place();
    await used(file);
    const journal = await openSqliteJournal({ file });
    expect(await journal.message('m1')).toMatchObject({ state: 'queued' });
    await journal.close();
    expect(existsSync(`${file}-wal`)).toBe(false);
  });

  it('that is no database is refused and not touched', async () => {
    const file = place();
    writeFileSync(file, 'a diary, not a database\n'.repeat(500));
    await expectUntouched(file, /not a SQLite file/);
  });

  it('of another program is refused and not touched', async () => {
    const file = place();
    const db = new DatabaseSync(file);
    db.exec('PRAGMA journal_mode = WAL; CREATE TABLE recipes (x)');
    db.close();
    await expectUntouched(file, /another program/);
  });

  it('with our mark and none of our tables is refused and not touched', async () => {
    const file = place();
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA application_id = ${APPLICATION_ID}; CREATE TABLE recipes (x)`);
    db.close();
    await expectUntouched(file, /none of the tables/);
  });

  it('of a newer version is refused and not touched', async () => {
    const file = place();
    await used(file);
    const db = new DatabaseSync(file);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    db.close();
    await expectUntouched(file, /newer version/);
  });

  it('with damaged pages is refused and not touched', async () => {
    const file = place();
    await used(file);
    const content = readFileSync(file);
    content.fill(0x5a, 4096, content.length);
    writeFileSync(file, content);
    await expectUntouched(file, /damaged/);
  });

  it('that was cut off is refused and not touched', async () => {
    const file = place();
    await used(file);
    writeFileSync(file, readFileSync(file).subarray(0, 3 * 4096));
    await expectUntouched(file, /damaged/);
  });

  it('that is empty is taken as new', async () => {
    const file = place();
    appendFileSync(file, '');
    await used(file);
  });

  it('where no file can be made is an outage that names the file', async () => {
    const notAFolder = place();
    writeFileSync(notAFolder, '');
    const file = join(notAFolder, 'journal.db');
    await expect(openSqliteJournal({ file })).rejects.toMatchObject({
      name: 'JournalUnavailable',
      full: false,
      message: expect.stringContaining(file),
    });
    const absent = join(tempDir(), 'absent', 'journal.db');
    await expect(openSqliteJournal({ file: absent })).rejects.toThrow(absent);
    const folder = place();
    mkdirSync(folder);
    await expect(openSqliteJournal({ file: folder })).rejects.toMatchObject({
      name: 'JournalUnavailable',
    });
  });
});

describe('migrations', () => {
  it('are numbered from 1 without a gap', () => {
    expect(MIGRATIONS.map((m) => m.version)).toEqual(MIGRATIONS.map((_, i) => i + 1));
  });

  it.each(MIGRATIONS.map((m) => m.version))('from version %i keep what is there', async (from) => {
    const file = place();
    const old = openFile(file, { migrations: MIGRATIONS.slice(0, from) });
    old.insert("INSERT INTO cursors (name, value) VALUES ('kept', '7')");
    old.db.close();
    const journal = await openSqliteJournal({ file });
    expect(await journal.cursor('kept')).toBe(7);
    await journal.close();
  });

  it('carry an older file forward, once', () => {
    const file = place();
    openFile(file).db.close();
    const next = { version: SCHEMA_VERSION + 1, name: 'next', sql: 'CREATE TABLE extra (x)' };
    const migrations = [...MIGRATIONS, next];
    openFile(file, { migrations }).db.close();
    const again = openFile(file, { migrations });
    expect(again.get('PRAGMA user_version')).toEqual({ user_version: SCHEMA_VERSION + 1 });
    again.db.close();
  });

  it('that fail leave the file as it was', () => {
    const file = place();
    openFile(file).db.close();
    const bad = {
      version: SCHEMA_VERSION + 1,
      name: 'bad',
      sql: 'CREATE TABLE extra (x); CREATE TABLE lanes (x)',
    };
    expect(() => openFile(file, { migrations: [...MIGRATIONS, bad] })).toThrow();
    const again = openFile(file);
    expect(again.get('PRAGMA user_version')).toEqual({ user_version: SCHEMA_VERSION });
    expect(again.all("SELECT name FROM sqlite_schema WHERE name = 'extra'")).toEqual([]);
    again.db.close();
  });
});

describe('a full disk', () => {
  it('R01 refuses what it can not hold, writes nothing of it, and serves on', async () => {
    const file = place();
    const journal = await openSqliteJournal({ file, maxBytes: 512 * 1024 });
    await joinAs(journal, 'i1');
    const turn = turnOf(await journal.accept(message('m0', 'a'), starting()));
    const big = message('big', 'b', { text: 'x'.repeat(1024 * 1024) });
    const small = message('small', 'c');
    const [refused, accepted] = await Promise.allSettled([
      journal.accept(big, waiting()),
      journal.accept(small, waiting()),
    ]);
    expect(refused).toMatchObject({
      status: 'rejected',
      reason: { name: 'JournalUnavailable', full: true },
    });
    expect(accepted).toMatchObject({ status: 'fulfilled', value: { status: 'accepted' } });
    expect(await journal.message('big')).toBeUndefined();
    expect(await journal.trace('big')).toEqual([]);
    expect(await journal.endTurn(turn, answered(turn))).toMatchObject({ accepted: true });
    expect(await journal.counts()).toMatchObject({ accepted: 2, open: 1 });
    await journal.close();
  });
});
