import { enableCompileCache, flushCompileCache } from 'node:module';
import { join } from 'node:path';
import { cachePath } from '../config/paths.ts';

/** Node writes at its exit; a generation that lives for weeks writes once it serves and all is loaded. */
const FLUSH_AFTER_MS = 1_000;

/**
 * Keeps compiled modules on disk for the next process: half of a start is compiling. Not in the system's
 * temporary folder, Node's own choice, since whoever can write there first could plant code. What
 * cannot be read or written is compiled anew; nothing fails. The variable reaches the generations and the
 * journal's worker, for which the call alone does nothing; who has set it is obeyed.
 */
export function keepCompiled(): void {
  if (process.env.NODE_COMPILE_CACHE !== undefined) return;
  const folder = join(cachePath({ env: process.env, cwd: process.cwd() }), 'compiled');
  process.env.NODE_COMPILE_CACHE = folder;
  enableCompileCache(folder);
}

/** Writes what this process has compiled, a moment from now, so that its successor starts fast. */
export function flushCompiled(): void {
  setTimeout(flushCompileCache, FLUSH_AFTER_MS).unref();
}
