import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { chmod, copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { SluiceError } from '../core/exit.ts';

/** Half-written files are no part of a store. */
const PARTS = ['files', 'known'];

/**
 * Copies a store of attachments, private to its owner; where the file system can, without using room twice.
 * A file that the gateway removes meanwhile is left out.
 * @returns how many contents there are.
 */
export async function copyFiles(from: string, to: string): Promise<number> {
  let contents = 0;
  for (const part of PARTS) {
    for (const path of await filesBelow(join(from, part))) {
      const target = join(to, relative(from, path));
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      try {
        await copyFile(path, target, constants.COPYFILE_FICLONE);
        await chmod(target, 0o600);
        if (part === 'files') contents++;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      }
    }
  }
  return contents;
}

/**
 * Each content is named by its hash, so a copy can be checked by itself.
 * @throws SluiceError naming the first that is not what its name says.
 */
export async function checkFiles(store: string): Promise<void> {
  for (const path of await filesBelow(join(store, 'files'))) {
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    if (!path.endsWith(hash.digest('hex'))) {
      throw new SluiceError(`${path} is damaged: its content is not what its name says`);
    }
  }
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((e) => e.isFile()).map((e) => join(e.parentPath, e.name));
}
