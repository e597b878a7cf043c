import { readFile, stat } from 'node:fs/promises';
import { basename, extname, relative } from 'node:path';
import type { Dialect } from '../dialect.ts';
import { BadFile } from '../errors.ts';
import type { ForeignMap } from './entry.ts';
import type { Language } from './literals.ts';

/** Which languages dictionaries are read in, by the end of a file's name. */
const LANGUAGES: Readonly<Record<string, Language | 'yaml'>> = {
  '.py': 'python',
  '.pyi': 'python',
  '.js': 'javascript',
  '.mjs': 'javascript',
  '.cjs': 'javascript',
  '.ts': 'typescript',
  '.mts': 'typescript',
  '.cts': 'typescript',
  '.json': 'json',
  '.jsonc': 'json',
  '.json5': 'json',
  '.yaml': 'yaml',
  '.yml': 'yaml',
};

/**
 * Reads a map that others wrote: a program with a dictionary in it (never run), `.all-contributorsrc` and
 * other JSON, a list, or a folder with one file for each address.
 * @param path of the file; `scripts/release.py#AUTHOR_MAP` is one dictionary of it
 * @throws BadFile where there is nothing of that name, or nothing in it gives anybody a login
 */
export async function readForeignMap(
  path: string,
  { login, name }: Pick<Dialect, 'login' | 'name'>,
): Promise<ForeignMap> {
  const [, whole = path, only] = /^(.+?\.\w+)#(\w+)$/.exec(path) ?? [];
  const shown = shortened(whole);
  const isLogin = (text: string) => login.test(text);
  const map = await readAs(whole, shown, only, isLogin);
  if (map.entries.length > 0) return map;
  const [first] = map.unread;
  const place = first === undefined ? shown : `${first.file}:${first.line}`;
  const why =
    first === undefined
      ? `nothing in it${only ? ` called ${only}` : ''} gives anybody a ${name} login`
      : first.why;
  throw new BadFile(`${place}: ${why}`);
}

async function readAs(
  path: string,
  shown: string,
  only: string | undefined,
  isLogin: (text: string) => boolean,
): Promise<ForeignMap> {
  let text: string;
  try {
    if ((await stat(path)).isDirectory()) {
      const { readFolder } = await import('./folder.ts');
      return await readFolder(path, isLogin, shown);
    }
    text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new BadFile(code === 'ENOENT' ? `no such file: ${shown}` : `can't read ${message}`);
  }
  if (text.includes('\0')) throw new BadFile(`${shown} is no text`);
  const language = languageOf(path);
  if (language !== undefined) {
    const { readDictionaries } = await import('./dictionaries.ts');
    const choice = only === undefined ? {} : { only };
    return readDictionaries({ text, file: shown, language, isLogin, ...choice });
  }
  const { readLines } = await import('./lines.ts');
  return readLines(text, shown, isLogin);
}

function languageOf(path: string): Language | 'yaml' | undefined {
  return basename(path) === '.all-contributorsrc' ? 'json' : LANGUAGES[extname(path).toLowerCase()];
}

/** A path as somebody in this folder would write it. */
export function shortened(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' || near.startsWith('..') ? path : near;
}
