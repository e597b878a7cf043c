import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { RequestError } from '../core/exit.ts';
import { type FileStore, hashIn } from '../journal/fileStore.ts';

/**
 * Files in a folder: `files/ab/abcd…` are named by their SHA-256; `known/` remembers handles. A file appears by
 * a rename.
 */
export class AttachmentStore implements FileStore {
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async put(
    body: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ ref: string; size: number }> {
    const partial = join(this.#dir, 'partial', randomUUID());
    await mkdir(dirname(partial), { recursive: true, mode: 0o700 });
    const file = await open(partial, 'wx', 0o600);
    const hash = createHash('sha256');
    let size = 0;
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
        hash.update(chunk);
        await file.writeFile(chunk);
      }
      await file.sync();
      await file.close();
      const hex = hash.digest('hex');
      const path = this.#path(hex);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await rename(partial, path);
      return { ref: `sha256:${hex}`, size };
    } catch (error) {
      await file.close().catch(() => {});
      await rm(partial, { force: true });
      throw error;
    }
  }

  /** @throws RequestError for a reference that is not in the store (any more). */
  async read(ref: string): Promise<Uint8Array> {
    const path = this.#pathOf(ref);
    const now = new Date();
    try {
      // What is used is young again.
      await utimes(path, now, now);
      return await readFile(path);
    } catch (error) {
      throw new RequestError(`the file ${ref.slice(0, 19)}… is no longer kept`, { cause: error });
    }
  }

  stream(ref: string): AsyncIterable<Uint8Array> {
    return createReadStream(this.#pathOf(ref));
  }

  async has(ref: string): Promise<boolean> {
    const path = this.pathOf(ref);
    return path !== undefined && (await stat(path).catch(() => undefined)) !== undefined;
  }

  /** Undefined for what is no reference to a file of the store. */
  pathOf(ref: string): string | undefined {
    const hex = hashIn(ref);
    return hex === undefined ? undefined : this.#path(hex);
  }

  async known(owner: string, handle: string): Promise<string | undefined> {
    const ref = await readFile(this.#knownPath(owner, handle), 'utf8').catch(() => '');
    return (await this.has(ref)) ? ref : undefined;
  }

  async remember(owner: string, handle: string, ref: string): Promise<void> {
    const path = this.#knownPath(owner, handle);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const partial = `${path}.${randomUUID()}`;
    await writeFile(partial, ref, { mode: 0o600 });
    await rename(partial, path);
  }

  async sweep(now: number, keepMs: number, totalBytes: number): Promise<number> {
    const files = (await this.#list('files')).sort((a, b) => a.usedAt - b.usedAt);
    let total = files.reduce((sum, file) => sum + file.size, 0);
    let removed = 0;
    for (const { path, size, usedAt } of files) {
      if (now - usedAt <= keepMs && total <= totalBytes) break;
      await rm(path, { force: true });
      total -= size;
      removed++;
    }
    for (const [folder, ms] of [
      ['known', keepMs],
      ['partial', 86_400_000],
    ] as const) {
      for (const { path, usedAt } of await this.#list(folder)) {
        if (now - usedAt > ms) await rm(path, { force: true });
      }
    }
    return removed;
  }

  async #list(folder: string): Promise<{ path: string; size: number; usedAt: number }[]> {
    const entries = await readdir(join(this.#dir, folder), {
      recursive: true,
      withFileTypes: true,
    }).catch(() => []);
    const found = [];
    for (const entry of entries) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const about = await stat(path).catch(() => undefined);
      if (about !== undefined) found.push({ path, size: about.size, usedAt: about.mtimeMs });
    }
    return found;
  }

  #path(hex: string): string {
    return join(this.#dir, 'files', hex.slice(0, 2), hex);
  }

  #pathOf(ref: string): string {
    const path = this.pathOf(ref);
    if (path === undefined)
      throw new RequestError(`${ref.slice(0, 40)} names no file of the store`);
    return path;
  }

  #knownPath(owner: string, handle: string): string {
    const hex = createHash('sha256').update(`${owner}\0${handle}`).digest('hex');
    return join(this.#dir, 'known', hex.slice(0, 2), hex);
  }
}
