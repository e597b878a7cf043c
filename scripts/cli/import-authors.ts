import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { EMPTY_MAP, parseAuthorMap } from '../attribution/author-map.ts';
import { addToAuthorMap } from '../attribution/author-map-edit.ts';
import { type Config, readIfThere } from '../attribution/config.ts';
import type { Dialect } from '../attribution/dialect.ts';
import { CannotCheck, EXIT } from '../attribution/errors.ts';
import {
  at,
  conflictText,
  type Entry,
  keyOf,
  settle,
  unreadText,
} from '../attribution/maps/entry.ts';
import { readForeignMap, shortened } from '../attribution/maps/read.ts';
import { visible } from '../attribution/visible.ts';

/**
 * Writes a map that others wrote into the AUTHOR_MAP: comments, order and all that is there stay. What
 * the two say differently, and what could not be read, is told and left to people.
 * @returns the exit code, and the report
 */
export async function importAuthors(
  path: string,
  config: Pick<Config, 'authors' | 'dialect'>,
): Promise<{ code: number; report: string }> {
  const { authors, dialect } = config;
  const file = shortened(authors);
  const before = await readIfThere(authors);
  const own = before === undefined ? EMPTY_MAP : await parseAuthorMap(before, file, dialect);
  const foreign = await readForeignMap(resolve(path), dialect);
  const { entries, conflicts } = settle(foreign.entries);

  const ignored = new Set(own.ignore.map((each) => each.toLowerCase()));
  const fresh: Entry[] = [];
  const differing = conflicts.map(conflictText);
  let known = 0;
  for (const entry of entries) {
    const place = own.places.get(keyOf(entry));
    if (ignored.has(entry.value.toLowerCase()))
      differing.push(
        visible(`${at(entry)}: ${entry.value} is ${entry.login} here, and ignored in ${file}`),
      );
    else if (place !== undefined && place.login.toLowerCase() !== entry.login.toLowerCase()) {
      const first = { ...entry, login: place.login, file, line: place.line };
      differing.push(conflictText({ first, second: entry }));
    } else if (place !== undefined || isPlain(entry, dialect)) known += 1;
    else fresh.push(entry);
  }

  const text = await addToAuthorMap(before ?? '', fresh.map(toAddition));
  if (text !== before && fresh.length > 0) await write(authors, text);
  const logins = new Set(fresh.map(({ login }) => login.toLowerCase())).size;
  const from = foreign.dictionaries.map((each) => `${each.name || 'a list'} in line ${each.line}`);
  const out = [
    ...(from.length === 0 ? [] : [`${shortened(path)}: read ${from.join(', ')}.`]),
    fresh.length === 0
      ? `${file}: nothing to add, ${known} known already.`
      : `${file}: added ${amount(fresh)} of ${logins} ${logins === 1 ? 'login' : 'logins'}, ${known} known already.`,
    ...section('Said in two ways, and left out; decide which is true', differing),
    ...section('Could not be read', foreign.unread.map(unreadText)),
  ];
  const code = differing.length + foreign.unread.length > 0 ? EXIT.findings : EXIT.ok;
  return { code, report: `${out.join('\n')}\n` };
}

/** What the address says by itself needs no line in a map. */
function isPlain({ kind, value, login }: Entry, dialect: Dialect): boolean {
  const account = kind === 'address' ? dialect.noReply(value) : undefined;
  return account?.id !== undefined && account.login.toLowerCase() === login.toLowerCase();
}

function toAddition({ login, kind, value, note }: Entry) {
  return {
    login,
    ...(kind === 'address' ? { address: value } : { name: value }),
    ...(note === undefined ? {} : { note }),
  };
}

function amount(entries: readonly Entry[]): string {
  const addresses = entries.filter(({ kind }) => kind === 'address').length;
  const names = entries.length - addresses;
  const words = (count: number, one: string, many: string) =>
    count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];
  return [...words(addresses, 'address', 'addresses'), ...words(names, 'name', 'names')].join(
    ' and ',
  );
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', `${title}: ${lines.length}`, ...lines.map((x) => `  ${x}`)];
}

async function write(file: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  } catch (error) {
    throw new CannotCheck(`can't write ${file}: ${(error as Error).message}`);
  }
}
