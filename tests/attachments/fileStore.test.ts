import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Attachments } from '../../gateway/attachments/attachments.ts';
import { attachmentsOptions } from '../../gateway/attachments/options.ts';
import { AttachmentStore } from '../../gateway/attachments/store.ts';
import { DAY, HOUR } from '../../gateway/core/clock.ts';
import type { FileStore } from '../../gateway/journal/fileStore.ts';
import { openPostgresJournal } from '../../gateway/journal/postgres/client.ts';
import { PostgresFiles } from '../../gateway/journal/postgres/files.ts';
import type { Platform } from '../../gateway/platforms/platform.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { tempDir } from '../harness/temp.ts';
import { silentLog } from '../platforms/fakeHost.ts';

const MANY = 1 << 30;
let server: PostgresServer;
const opened: PostgresFiles[] = [];
let schemas = 0;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  for (const files of opened) await files.close();
  await server.end();
});

async function inPostgres(): Promise<FileStore> {
  const schema = `files_${schemas++}`;
  await (await openPostgresJournal({ url: server.url, schema })).close();
  const files = new PostgresFiles(server.url, schema);
  opened.push(files);
  return files;
}

const refOf = (bytes: Buffer) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
async function* streamOf(bytes: Buffer, piece = 100_003) {
  for (let at = 0; at < bytes.length; at += piece) yield bytes.subarray(at, at + piece);
}
async function read(store: FileStore, ref: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of store.stream(ref)) pieces.push(piece);
  return Buffer.concat(pieces);
}
const bytesOf = (length: number, first = 0) =>
  Buffer.from(Uint8Array.from({ length }, (_, i) => (first + i * 31) & 255));

describe.each([
  ['a folder', async (): Promise<FileStore> => new AttachmentStore(tempDir())],
  ['PostgreSQL', inPostgres],
])('files by their content, in %s', (_, open) => {
  it.each([0, 1, 262_144, 1_000_000])('come back as they were: %d bytes', async (length) => {
    const store = await open();
    const bytes = bytesOf(length);
    const { ref, size } = await store.put(streamOf(bytes), MANY);
    expect({ ref, size }).toEqual({ ref: refOf(bytes), size: length });
    expect(await store.has(ref)).toBe(true);
    expect((await read(store, ref)).equals(bytes)).toBe(true);
  });

  it('are one, however often and by whomever they are put', async () => {
    const store = await open();
    const bytes = bytesOf(300_000);
    const puts = await Promise.all([1, 2, 3].map(() => store.put(streamOf(bytes), MANY)));
    expect(new Set(puts.map(({ ref }) => ref)).size).toBe(1);
    expect((await read(store, refOf(bytes))).equals(bytes)).toBe(true);
    expect(await store.sweep(Date.now() + HOUR, 1, MANY)).toBe(1);
    expect(await store.has(refOf(bytes))).toBe(false);
  });

  it('leave nothing behind where they are too large or break off', async () => {
    const store = await open();
    const bytes = bytesOf(600_000);
    await expect(store.put(streamOf(bytes), 500_000)).rejects.toThrow('larger than 500000');
    const broken = (async function* () {
      yield bytes.subarray(0, 400_000);
      throw new Error('the platform hung up');
    })();
    await expect(store.put(broken, MANY)).rejects.toThrow('hung up');
    expect(await store.has(refOf(bytes))).toBe(false);
    expect(await store.has(refOf(bytes.subarray(0, 400_000)))).toBe(false);
    await expect(read(store, refOf(bytes))).rejects.toThrow();
    expect(await store.sweep(Date.now() + 2 * DAY, 1, 0)).toBe(0);
  });

  it('are known by what an account called them, as long as they are kept', async () => {
    const store = await open();
    const { ref } = await store.put(streamOf(bytesOf(10)), MANY);
    expect(await store.known('telegram:bot', 'f1')).toBeUndefined();
    await store.remember('telegram:bot', 'f1', ref);
    expect(await store.known('telegram:bot', 'f1')).toBe(ref);
    expect(await store.known('telegram:other', 'f1')).toBeUndefined();
    await store.sweep(Date.now() + HOUR, 1, MANY);
    expect(await store.known('telegram:bot', 'f1')).toBeUndefined();
  });

  it('go when they are old, and the oldest first when they are too much', async () => {
    const store = await open();
    const refs: string[] = [];
    for (const n of [1, 2, 3]) refs.push((await store.put(streamOf(bytesOf(1_000, n)), MANY)).ref);
    expect(await store.sweep(Date.now(), HOUR, 2_000)).toBe(1);
    expect(await Promise.all(refs.map((ref) => store.has(ref)))).toEqual([false, true, true]);
    expect(await store.sweep(Date.now() + 2 * HOUR, HOUR, MANY)).toBe(2);
  });

  it('are asked for by their name only', async () => {
    const store = await open();
    expect(await store.has('sha256:../../../etc/passwd')).toBe(false);
    await expect(read(store, 'sha256:nothing')).rejects.toThrow();
  });
});

describe('files of a fleet', () => {
  const address = { platform: 'p', account: 'a', chat: 'c' };
  const signal = new AbortController().signal;
  const machine = (shared: FileStore, open?: Platform['open']) =>
    new Attachments(attachmentsOptions.parse({}), {
      dir: tempDir(),
      shared,
      platformOf: () => ({ open }) as unknown as Platform,
      log: silentLog,
      now: Date.now,
    });

  it('are opened by a machine that takes a turn over, though the platform gives them no more', async () => {
    const shared = await inPostgres();
    const here = machine(shared, async () => ({ body: streamOf(Buffer.from('a photo')) }));
    const handle = { kind: 'document' as const, ref: 'f1' };
    const got = await here.fetch(address, [handle], signal);
    expect(got.notes).toEqual([]);

    const there = machine(shared, async () => {
      throw new Error('the link is no longer valid');
    });
    const again = await there.fetch(address, [handle], signal);
    expect(again).toEqual({
      notes: [],
      attachments: [{ kind: 'document', ref: got.attachments[0]?.ref }],
    });
    const history = machine(shared);
    const bytes = await history.readFile(got.attachments[0]!);
    expect(Buffer.from(bytes).toString()).toBe('a photo');
    expect(history.pathOf(got.attachments[0]!)).toBeDefined();
  });

  it('cost no turn while the database is away', async () => {
    const away = new PostgresFiles('postgres://nobody@127.0.0.1:1/none', 'none');
    opened.push(away);
    const here = machine(away, async () => ({ body: streamOf(Buffer.from('a photo')) }));
    const got = await here.fetch(address, [{ kind: 'document', ref: 'f1' }], signal);
    expect(got.notes).toEqual([]);
    expect(Buffer.from(await here.readFile(got.attachments[0]!)).toString()).toBe('a photo');
  });
});
