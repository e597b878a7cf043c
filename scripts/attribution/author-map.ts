import { type Dialect, GITHUB } from './dialect.ts';
import { BadFile } from './errors.ts';

/** One person of the AUTHOR_MAP. */
export interface MapEntry {
  readonly login: string;
  readonly addresses: readonly string[];
  readonly names: readonly string[];
  readonly note?: string;
}

/** `release-notes/authors.yaml`: who is behind which address, who is to be left out. */
export interface AuthorMap {
  readonly people: readonly MapEntry[];
  /** Addresses or logins that are nobody (a machine, an import). */
  readonly ignore: readonly string[];
  /** Addresses, logins or names that look like a machine's and are a person's. */
  readonly persons: readonly string[];
  /** Logins of people who don't want to be named. */
  readonly optOut: readonly string[];
  /** Where each address and name is given to whom, by `keyOf`. */
  readonly places: ReadonlyMap<string, Place>;
}

/** Who something is given to, and in which line of the file. */
export interface Place {
  readonly login: string;
  readonly line: number;
}

export const EMPTY_MAP: AuthorMap = {
  people: [],
  ignore: [],
  persons: [],
  optOut: [],
  places: new Map(),
};
export const AUTHOR_MAP_PATH = 'release-notes/authors.yaml';

/** Whether a file is an AUTHOR_MAP of our own form, which can also be written to. */
export function isOwnForm(path: string): boolean {
  return /\.ya?ml$/i.test(path);
}

const TOP = new Set(['authors', 'ignore', 'people', 'opt-out']);
const KEYS = new Set(['addresses', 'names', 'note']);

/**
 * Reads the AUTHOR_MAP.
 * @throws BadFile for a duplicate, one address under two logins, or an unknown key, with its line.
 */
export async function parseAuthorMap(
  text: string,
  file = AUTHOR_MAP_PATH,
  { name: forge, login: LOGIN }: Pick<Dialect, 'name' | 'login'> = GITHUB,
): Promise<AuthorMap> {
  const { LineCounter, parseDocument, isMap, isScalar, isSeq } = await import('yaml');
  const lines = new LineCounter();
  const doc = parseDocument(text, { lineCounter: lines, uniqueKeys: true });
  const fail = (offset: number, why: string): never => {
    throw new BadFile(`${file}:${lines.linePos(offset).line}: ${why}`);
  };
  for (const error of doc.errors)
    fail(error.pos[0], error.message.split('\n')[0]!.replace(/ at line \d+, column \d+:$/, ''));
  if (doc.contents === null) return EMPTY_MAP;
  type Node = { range?: readonly number[] | null };
  const at = (node: unknown) => (node as Node | null)?.range?.[0] ?? 0;
  const seen = new Map<string, Place>();

  const strings = (node: unknown, what: string): { text: string; offset: number }[] => {
    const items = isSeq(node) ? node.items : [node];
    return items.map((item) => {
      if (!isScalar(item) || typeof item.value !== 'string' || item.value.trim() === '') {
        return fail(at(item ?? node), `${what} must be text`);
      }
      return { text: item.value.trim(), offset: at(item) };
    });
  };
  const entries = (node: unknown, allowed: Set<string> | undefined, where: string) => {
    if (!isMap(node)) return fail(at(node), `${where} must be a mapping`);
    return node.items.map((pair) => {
      const key = isScalar(pair.key) ? String(pair.key.value) : '';
      if (allowed !== undefined && !allowed.has(key)) {
        fail(at(pair.key), `unknown key "${key}" in ${where} (known: ${[...allowed].join(', ')})`);
      }
      return { key, value: pair.value, offset: at(pair.key) };
    });
  };
  const claim = (kind: string, value: string, login: string, offset: number) => {
    const key = `${kind} ${value.toLowerCase()}`;
    const owner = seen.get(key)?.login;
    if (owner === login) fail(offset, `${kind} ${value} is there twice under ${login}`);
    if (owner !== undefined) fail(offset, `${kind} ${value} is under ${login} and under ${owner}`);
    seen.set(key, { login, line: lines.linePos(offset).line });
  };

  const people: MapEntry[] = [];
  const lists = { ignore: [] as string[], people: [] as string[], 'opt-out': [] as string[] };
  for (const top of entries(doc.contents, TOP, 'the AUTHOR_MAP')) {
    if (isScalar(top.value) && top.value.value === null) continue;
    if (top.key === 'people' && isMap(top.value))
      fail(top.offset, 'people is a list; a login with its addresses stands under authors');
    if (top.key !== 'authors') {
      const list = strings(top.value, top.key).map((each) => each.text);
      lists[top.key as keyof typeof lists].push(...list);
      continue;
    }
    for (const { key: login, value, offset } of entries(top.value, undefined, 'authors')) {
      if (!LOGIN.test(login)) fail(offset, `"${login}" can't be a ${forge} login`);
      claim('login', login, login, offset);
      const fields = isMap(value)
        ? entries(value, KEYS, login)
        : [{ key: 'addresses', value, offset }];
      const found: Record<string, string[]> = { addresses: [], names: [], note: [] };
      for (const field of fields) {
        for (const each of strings(field.value, `${field.key} of ${login}`)) {
          if (field.key === 'addresses' && !each.text.includes('@')) {
            fail(each.offset, `"${each.text}" is no address`);
          }
          if (field.key !== 'note') {
            claim(field.key === 'names' ? 'name' : 'address', each.text, login, each.offset);
          }
          found[field.key]!.push(each.text);
        }
      }
      people.push({
        login,
        addresses: found.addresses!,
        names: found.names!,
        ...(found.note!.length === 0 ? {} : { note: found.note!.join(' ') }),
      });
    }
  }
  return {
    people,
    ignore: lists.ignore,
    persons: lists.people,
    optOut: lists['opt-out'],
    places: seen,
  };
}
