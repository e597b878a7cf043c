import { lookup } from 'node:dns/promises';
import { statfs } from 'node:fs/promises';
import { homedir } from 'node:os';
import type { Places } from '../config/paths.ts';
import { type Run, runProgram } from '../service/command.ts';

/** Room on a disk, in bytes and files. */
export interface Room {
  readonly free: number;
  readonly total: number;
  readonly freeFiles: number;
  /** 0 where the file system does not count them. */
  readonly totalFiles: number;
}

/** What the doctor asks the system for; injected, so that each fault can be planted. */
export interface World {
  readonly home: string;
  /** What --config names. */
  readonly config?: string;
  readonly places: Places;
  /** Of this sluice. */
  readonly version: string;
  readonly node: { readonly version: string; readonly path: string };
  readonly platform: NodeJS.Platform;
  readonly uid: number | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly fetch: typeof fetch;
  readonly run: Run;
  /** @throws as `dns.lookup` does. */
  readonly resolve: (host: string) => Promise<unknown>;
  readonly room: (folder: string) => Promise<Room>;
}

/** The system as it is. */
export function systemWorld(
  own: Pick<World, 'home' | 'places' | 'version'> & { readonly config?: string },
): World {
  return {
    ...own,
    places: { userHome: homedir(), ...own.places },
    node: { version: process.versions.node, path: process.execPath },
    platform: process.platform,
    uid: process.getuid?.(),
    now: Date.now,
    fetch,
    run: runProgram,
    resolve: (host) => lookup(host),
    room: async (folder) => {
      const { bavail, bsize, blocks, ffree, files } = await statfs(folder);
      return {
        free: bavail * bsize,
        total: blocks * bsize,
        freeFiles: ffree,
        totalFiles: files,
      };
    },
  };
}
