import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AttachmentStore } from '../../gateway/attachments/store.ts';
import { makeBackup } from '../../gateway/backup/backup.ts';
import { restoreBackup } from '../../gateway/backup/restore.ts';
import type { Journal } from '../../gateway/journal/journal.ts';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { openFile } from '../../gateway/journal/sqlite/file.ts';
import { MIGRATIONS } from '../../gateway/journal/sqlite/migrations/index.ts';
import { holdLock } from '../harness/lockHolder.ts';
import { tempDir } from '../harness/temp.ts';
import {
  answered,
  join as joinAs,
  message,
  starting,
  T0,
  turnOf,
  waiting,
} from '../journal/builders.ts';

const NOW = T0 + 1_000;

async function opened(home: string): Promise<Journal> {
  const journal = await openSqliteJournal({ file: join(home, 'journal.db') });
  await joinAs(journal, 'i1');
  return journal;
}

async function answer(journal: Journal, id: string): Promise<void> {
  const turn = turnOf(await journal.accept(message(id, id), starting()));
  await journal.endTurn(turn, answered(turn));
}

/** A home with one answered message, one that waits, and a file that somebody sent. */
async function home(): Promise<{ dir: string; ref: string }> {
  const dir = tempDir();
  const journal = await opened(dir);
  await answer(journal, 'm1');
  await journal.accept(message('m2', 'b'), waiting());
  await journal.close();
  const store = new AttachmentStore(join(dir, 'files'));
  const { ref } = await store.put(pieces('a photo'), 99);
  return { dir, ref };
}

async function* pieces(text: string) {
  yield Buffer.from(text);
}

const backupOf = (dir: string, to: string) =>
  makeBackup({ home: dir, to, version: '1.0.0', now: NOW });

describe('sluice backup', () => {
  it('saves the journal at one moment and the files, while a gateway goes on writing', async () => {
    const { dir, ref } = await home();
    const journal = await opened(dir);
    onTestFinished(() => journal.close());
    let writing = true;
    let written = 0;
    const writer = (async () => {
      while (writing) await answer(journal, `w${written++}`);
    })();
    const to = join(tempDir(), 'backup');
    const manifest = await backupOf(dir, to);
    writing = false;
    await writer;
    expect(written).toBeGreaterThan(0);
    expect(manifest).toMatchObject({ version: '1.0.0', at: NOW, files: 1 });
    expect(manifest.open).toBeGreaterThanOrEqual(2);

    const copy = await openSqliteJournal({ file: join(to, 'journal.db') });
    onTestFinished(() => copy.close());
    expect(await copy.replyOf('m1')).toMatchObject({ outcome: 'answered' });
    const { accepted, open, outcomes } = await copy.counts();
    expect(accepted).toBe(open + outcomes.answered);
    const store = new AttachmentStore(join(to, 'files'));
    expect(Buffer.from(await store.read(ref)).toString()).toBe('a photo');
  });

  it('can be read by its owner only, and is whole or not there', async () => {
    const { dir, ref } = await home();
    const to = join(tempDir(), 'backup');
    await backupOf(dir, to);
    expect(statSync(to).mode & 0o777).toBe(0o700);
    expect(statSync(join(to, 'journal.db')).mode & 0o777).toBe(0o600);

    const hex = ref.slice('sha256:'.length);
    appendFileSync(join(dir, 'files', 'files', hex.slice(0, 2), hex), 'damage');
    const second = join(tempDir(), 'second');
    await expect(backupOf(dir, second)).rejects.toThrow(/is damaged/);
    expect(existsSync(second) || existsSync(`${second}.partial`)).toBe(false);
  });

  it('says what stands in its way', async () => {
    const { dir } = await home();
    await expect(backupOf(tempDir(), join(dir, 'x'))).rejects.toThrow(/there is no journal in/);
    await expect(backupOf(dir, dir)).rejects.toThrow(/is there already/);
  });
});

describe('sluice restore', () => {
  it('brings back what was saved, keeps what was there, and what was open is open again', async () => {
    const { dir, ref } = await home();
    const to = join(tempDir(), 'backup');
    await backupOf(dir, to);
    const later = await opened(dir);
    await answer(later, 'later');
    await later.close();

    const { manifest, beside } = await restoreBackup(to, dir, NOW);
    expect(manifest.open).toBe(2);
    const journal = await opened(dir);
    onTestFinished(() => journal.close());
    expect(await journal.message('later')).toBeUndefined();
    expect((await journal.queued({ limit: 9 })).map(({ id }) => id)).toEqual(['m2']);
    expect(await new AttachmentStore(join(dir, 'files')).has(ref)).toBe(true);
    const old = await openSqliteJournal({ file: join(beside as string, 'journal.db') });
    onTestFinished(() => old.close());
    expect(await old.message('later')).toBeDefined();
  });

  it('makes a home where there is none', async () => {
    const { dir } = await home();
    const to = join(tempDir(), 'backup');
    await backupOf(dir, to);
    const fresh = join(tempDir(), 'new', 'home');
    expect(await restoreBackup(to, fresh, NOW)).not.toHaveProperty('beside');
    expect(readdirSync(fresh)).toContain('journal.db');
  });

  it('R15 refuses while a gateway runs on the home, and touches nothing', async () => {
    const { dir } = await home();
    const to = join(tempDir(), 'backup');
    await backupOf(dir, to);
    await holdLock(join(dir, 'lock.db'));
    const before = readFileSync(join(dir, 'journal.db'));
    await expect(restoreBackup(to, dir, NOW)).rejects.toThrow(/a gateway already runs on the home/);
    expect(readFileSync(join(dir, 'journal.db')).equals(before)).toBe(true);
    expect(readdirSync(dir)).not.toContain('restoring');
  });

  it.each([
    ['a damaged journal', /is not sound/, (to: string) => truncate(join(to, 'journal.db'))],
    [
      'a folder that is no backup',
      /is not a backup/,
      (to: string) => writeFileSync(join(to, 'backup.json'), '{}'),
    ],
    [
      'a newer journal',
      /update first/,
      (to: string) => writeFileSync(join(to, 'backup.json'), '{"at":1,"schema":99,"version":"9"}'),
    ],
  ])('refuses %s, and touches nothing', async (_what, why, spoil) => {
    const { dir } = await home();
    const to = join(tempDir(), 'backup');
    await backupOf(dir, to);
    spoil(to);
    const names = readdirSync(dir);
    await expect(restoreBackup(to, dir, NOW)).rejects.toThrow(why);
    expect(readdirSync(dir).filter((n) => n !== 'lock.db')).toEqual(
      names.filter((n) => n !== 'lock.db'),
    );
  });
});

function truncate(file: string): void {
  const bytes = readFileSync(file);
  writeFileSync(file, bytes.subarray(0, bytes.length - 8192));
}

describe('before a migration', () => {
  it('a copy of the old schema is put beside the journal, whole and for its owner only', async () => {
    const file = join(tempDir(), 'journal.db');
    const old = openFile(file, { migrations: MIGRATIONS.slice(0, 1) });
    old.run("INSERT INTO cursors (name, value) VALUES ('c', '1')");
    old.db.close();
    openFile(file).db.close();
    const copy = `${file}.schema-1`;
    expect(statSync(copy).mode & 0o777).toBe(0o600);
    const db = new DatabaseSync(copy, { readOnly: true });
    onTestFinished(() => db.close());
    expect(db.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
    expect(db.prepare('SELECT count(*) AS n FROM cursors').get()).toEqual({ n: 1 });
    openFile(file).db.close();
    expect(readdirSync(join(file, '..')).filter((name) => name.includes('schema'))).toHaveLength(1);
  });
});
