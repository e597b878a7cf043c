import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Entry, type ForeignMap, isAddress, type Unread } from './entry.ts';

/**
 * Reads a folder with one file for each address: its name is the address, its first line that is no
 * comment (`#`) is the login. So two people who add themselves never meet in one line.
 */
export async function readFolder(
  folder: string,
  isLogin: (text: string) => boolean,
  shown = folder,
): Promise<ForeignMap> {
  const entries: Entry[] = [];
  const unread: Unread[] = [];
  const files = await readdir(folder, { withFileTypes: true });
  for (const { name } of files.filter((each) => each.isFile() && isAddress(each.name))) {
    const file = `${shown}/${name}`;
    const lines = (await readFile(join(folder, name), 'utf8')).split(/\r?\n/);
    const index = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
    const login = (lines[index] ?? '').trim().replace(/^@/, '');
    const place = { file, line: index + 1 || 1 };
    if (!isLogin(login)) {
      unread.push({ ...place, why: `there is no login for ${name}` });
      continue;
    }
    const note = lines.find((line) => line.startsWith('#'))?.replace(/^#\s*/, '');
    entries.push({ login, kind: 'address', value: name, ...place, ...(note ? { note } : {}) });
  }
  return { entries, unread, dictionaries: [] };
}
