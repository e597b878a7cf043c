import { readdirSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Attachments } from '../../gateway/attachments/attachments.ts';
import { attachmentsOptions } from '../../gateway/attachments/options.ts';
import type { Attachment } from '../../gateway/core/message.ts';
import type { Platform } from '../../gateway/platforms/platform.ts';
import { tempDir } from '../harness/temp.ts';
import { silentLog } from '../platforms/fakeHost.ts';

const address = { platform: 'p', account: 'a', chat: 'c' };
const signal = new AbortController().signal;
const file = (ref: string, more: Partial<Attachment> = {}): Attachment => ({
  kind: 'document',
  ref,
  ...more,
});

/** A platform that gives out `content of REF`, in small pieces, and counts. */
function source(length?: number) {
  const opened: string[] = [];
  let pieces = 0;
  const platform = {
    open: async ({ ref }: Attachment) => {
      opened.push(ref);
      if (ref === 'gone') throw new Error('the message no longer holds the file');
      return {
        type: 'text/plain',
        body: (async function* () {
          if (length === undefined) yield Buffer.from(`content of ${ref}`);
          else for (let i = 0; i < length; i++, pieces++) yield Buffer.alloc(1000);
        })(),
      };
    },
  } as unknown as Platform;
  return { opened, platform, pieces: () => pieces };
}

function attachments(dir: string, platform: Platform, options: object = {}) {
  return new Attachments(attachmentsOptions.parse(options), {
    dir,
    platformOf: () => platform,
    log: silentLog,
    now: Date.now,
  });
}

const filesIn = (dir: string) =>
  readdirSync(dir, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());

describe('the files that people send', () => {
  it('are kept by their content and read by it', async () => {
    const { platform } = source();
    const store = attachments(tempDir(), platform);
    const {
      attachments: [got],
      notes,
    } = await store.fetch(address, [file('f1', { name: 'a.txt' })], signal);
    expect(notes).toEqual([]);
    expect(got).toMatchObject({
      name: 'a.txt',
      type: 'text/plain',
      size: 13,
      ref: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    });
    expect(Buffer.from(await store.readFile(got!)).toString()).toBe('content of f1');
  });

  it('are fetched once, also by the instance that takes a turn up', async () => {
    const dir = tempDir();
    const { opened, platform } = source();
    const first = await attachments(dir, platform).fetch(address, [file('f1')], signal);
    const second = await attachments(dir, platform).fetch(address, [file('f1')], signal);
    expect(second).toMatchObject({ attachments: [{ ref: first.attachments[0]?.ref }] });
    const again = await attachments(dir, platform).fetch(address, first.attachments, signal);
    expect(again.attachments).toEqual(first.attachments);
    await attachments(dir, platform).fetch({ ...address, account: 'other' }, [file('f1')], signal);
    expect(opened).toEqual(['f1', 'f1']);
  });

  it('cost a note, never the turn, when they cannot be had', async () => {
    const { opened, platform } = source();
    const store = attachments(tempDir(), platform, {
      max_count: 4,
      max_size: 100,
      types: ['text/*'],
    });
    const files = [
      file('gone'),
      file('big', { size: 101 }),
      file('x', { type: 'image/png', name: 'x.png' }),
      file('ok'),
      file('fifth'),
    ];
    const { attachments: got, notes } = await store.fetch(address, files, signal);
    expect(got.length).toBe(1);
    expect(notes).toEqual([
      '[The document could not be fetched: the message no longer holds the file.]',
      '[The document could not be fetched: it is larger than 100 bytes.]',
      '[The document "x.png" could not be fetched: files of type image/png are not fetched here.]',
      '[The document could not be fetched: only 4 files of one message are.]',
    ]);
    expect(opened).toEqual(['gone', 'ok']);
  });

  it('end where they grow past the limit, and leave nothing behind', async () => {
    const dir = tempDir();
    const { platform, pieces } = source(1_000_000);
    const { notes } = await attachments(dir, platform, { max_size: 5_000 }).fetch(
      address,
      [file('lies')],
      signal,
    );
    expect(notes).toHaveLength(1);
    expect(pieces()).toBeLessThan(10);
    expect(filesIn(dir)).toEqual([]);
  });

  it('go when they are old, and the oldest first when they are too much', async () => {
    const dir = tempDir();
    const { platform } = source();
    const store = attachments(dir, platform, { keep: 3600, total: 30 });
    const { attachments: got } = await store.fetch(
      address,
      [file('f1'), file('f2'), file('f3')],
      signal,
    );
    const path = (n: number) => {
      const hex = got[n]?.ref.slice(7) ?? '';
      return join(dir, 'files', hex.slice(0, 2), hex);
    };
    const ago = (seconds: number) => Date.now() / 1000 - seconds;
    utimesSync(path(0), ago(4000), ago(4000));
    utimesSync(path(1), ago(60), ago(60));
    await store.sweep();
    await expect(store.readFile(got[0]!)).rejects.toThrow('no longer kept');
    await store.readFile(got[1]!);
    await store.fetch(address, [file('f4')], signal);
    utimesSync(path(2), ago(50), ago(50));
    await store.sweep();
    await expect(store.readFile(got[2]!)).rejects.toThrow('no longer kept');
    await store.readFile(got[1]!);
  });

  it('are never read from outside the store', async () => {
    const { platform } = source();
    const store = attachments(tempDir(), platform);
    await expect(store.readFile(file('sha256:../../../etc/passwd'))).rejects.toThrow(
      'names no file',
    );
  });
});
