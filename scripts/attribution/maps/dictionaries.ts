import { BadFile } from '../errors.ts';
import { type Entry, type ForeignMap, isAddress, type Unread } from './entry.ts';
import {
  type Dictionary,
  type Language,
  type List,
  type Literal,
  type Literals,
  literalsIn,
  type Text,
} from './literals.ts';

/** What the fields of a record are called, in any case and with any joints: `github_login`, `eMails`. */
const FIELDS: Readonly<Record<string, 'login' | 'address' | 'name'>> = {
  login: 'login',
  github: 'login',
  githublogin: 'login',
  githubusername: 'login',
  username: 'login',
  handle: 'login',
  email: 'address',
  emails: 'address',
  mail: 'address',
  address: 'address',
  addresses: 'address',
  name: 'name',
  names: 'name',
  aliases: 'name',
};

/** What a file is, for whoever reads it. */
export interface Source {
  readonly text: string;
  readonly file: string;
  readonly language: Language | 'yaml';
  /** Read the dictionary of this name only. */
  readonly only?: string;
  readonly isLogin: (text: string) => boolean;
}

/**
 * Reads the author maps in a program's text or in JSON: dictionaries from an address to a login (as text,
 * or in a record), from a login to addresses, lists of such pairs, and lists of records such as those of
 * `.all-contributorsrc`. Other dictionaries are passed over.
 */
export async function readDictionaries(source: Source): Promise<ForeignMap> {
  const reader = new Reader(source);
  const { found, broken } =
    source.language === 'yaml'
      ? await inYaml(source)
      : await literalsIn(source.text, source.language);
  for (const literal of found) reader.read(literal);
  for (const { line, message } of broken)
    reader.unread.push({ file: source.file, line, why: message });
  return reader;
}

async function inYaml({ text, file }: Source): Promise<Literals> {
  const { yamlLiteral } = await import('./yaml.ts');
  const found = await yamlLiteral(text);
  if (found === undefined) throw new BadFile(`${file} is no YAML`);
  return { found: [found], broken: [] };
}

class Reader implements ForeignMap {
  readonly entries: Entry[] = [];
  readonly unread: Unread[] = [];
  readonly dictionaries: { name: string; line: number; count: number }[] = [];
  readonly #source: Source;

  /** Data has no fixtures and no settings in it, as programs have. */
  readonly #isData: boolean;

  constructor(source: Source) {
    this.#source = source;
    this.#isData = source.language === 'json' || source.language === 'yaml';
  }

  read(literal: Literal, name?: string, wanted = this.#source.only === undefined): void {
    if (literal.kind === 'text' || literal.kind === 'other') return;
    const called = (literal.kind === 'dictionary' ? literal.name : undefined) ?? name;
    const isWanted = wanted || called === this.#source.only;
    const before = this.entries.length;
    if (isWanted && this.#take(literal)) {
      const count = this.entries.length - before;
      const last = this.dictionaries.at(-1);
      // A list of records is one dictionary for whoever reads about it.
      if (last !== undefined && last.name === (called ?? '')) last.count += count;
      else this.dictionaries.push({ name: called ?? '', line: literal.line, count });
      return;
    }
    const inner =
      literal.kind === 'list' ? literal.items : literal.entries.map(({ value }) => value);
    for (const each of inner) this.read(each, called, isWanted);
  }

  /** Whether it is one of the shapes; its entries are taken then. */
  #take(literal: Dictionary | List): boolean {
    if (literal.kind === 'list') return this.#takePairs(literal);
    return this.#takeRecord(literal) || this.#takeMap(literal);
  }

  /** `["address", "login"], …` */
  #takePairs({ items }: List): boolean {
    const pairs = items.map((each) =>
      each.kind === 'list' && each.items.length === 2 ? each.items : undefined,
    );
    if (pairs.length === 0 || pairs.includes(undefined)) return false;
    return this.#takeForward(pairs.map((pair) => ({ key: pair![0]!, value: pair![1]! })));
  }

  #takeMap({ entries, name }: Dictionary): boolean {
    return this.#takeForward(entries) || this.#takeBackward(entries, name);
  }

  /** Address (or, in such company, name) to login. */
  #takeForward(entries: Dictionary['entries']): boolean {
    const isOne = ({ key, value }: (typeof entries)[number]) =>
      key.kind === 'text' && isAddress(key.text) && this.#loginIn(value) !== undefined;
    if (!entries.some(isOne)) return false;
    for (const { key, value } of entries) {
      if (key.kind === 'other') this.#leave(key, `${key.source} would have to be run`);
      if (key.kind !== 'text') continue;
      const login = this.#loginIn(value);
      if (login === undefined) this.#leave(value, `the value of "${key.text}" is no login`);
      else this.#add(login, isAddress(key.text) ? 'address' : 'name', key);
      if (value.kind === 'dictionary' && login !== undefined)
        for (const each of fieldsOf(value, 'name')) this.#add(login, 'name', each);
    }
    return true;
  }

  /** The login that a value is or holds. */
  #loginIn(value: Literal): Text | undefined {
    const found = value.kind === 'dictionary' ? fieldsOf(value, 'login')[0] : value;
    if (found?.kind !== 'text' || !this.#source.isLogin(plain(found.text))) return undefined;
    return found;
  }

  /** Login to address, addresses or a record of them. Text alone only where the name says what it is. */
  #takeBackward(entries: Dictionary['entries'], name = ''): boolean {
    const isNamed = this.#isData || NAMED.test(name);
    const all = entries.map(({ key, value }) => ({ key, found: addressesIn(value), value }));
    const fits = all.filter(
      ({ key, found, value }) =>
        key.kind === 'text' &&
        this.#source.isLogin(plain(key.text)) &&
        found.length > 0 &&
        (isNamed || value.kind === 'list'),
    );
    // A record of something else: `{name, email}`.
    if (all.some(({ key }) => fieldOf(key) !== undefined)) return false;
    const most = NAMED.test(name) ? all.length / 2 : all.length;
    if (fits.length === 0 || fits.length < most) return false;
    for (const each of all) {
      if (!fits.includes(each)) {
        this.#leave(each.value, 'this is neither a login nor its addresses');
        continue;
      }
      for (const address of each.found) this.#add(each.key as Text, 'address', address);
      if (each.value.kind === 'dictionary')
        for (const other of fieldsOf(each.value, 'name'))
          this.#add(each.key as Text, 'name', other);
    }
    return true;
  }

  /** `{login, email, name}`. In a program, one without an address may be anything. */
  #takeRecord(record: Dictionary): boolean {
    const login = fieldsOf(record, 'login')[0];
    if (login === undefined || !this.#source.isLogin(plain(login.text))) return false;
    const addresses = fieldsOf(record, 'address').filter(({ text }) => isAddress(text));
    const names = fieldsOf(record, 'name').filter(({ text }) => isWholeName(text));
    if (addresses.length === 0 && !this.#isData) return false;
    for (const each of addresses) this.#add(login, 'address', each);
    for (const each of names) this.#add(login, 'name', each);
    return true;
  }

  #add(login: Text, kind: Entry['kind'], key: Text): void {
    if (kind === 'name' && !isWholeName(key.text)) return;
    const note = login.comment ?? key.comment;
    this.entries.push({
      login: plain(login.text),
      kind,
      value: key.text.trim(),
      file: this.#source.file,
      line: key.line,
      ...(note === undefined ? {} : { note }),
    });
  }

  #leave({ line }: Literal, why: string): void {
    this.unread.push({ file: this.#source.file, line, why });
  }
}

const NAMED = /author|contrib|committer|login|github|handle|user|mails|alias|people|maintainer/i;

/** A first name alone is many people's. */
function isWholeName(text: string): boolean {
  return /\S\s+\S/.test(text.trim());
}

function plain(login: string): string {
  return login
    .trim()
    .replace(/^@/, '')
    .replace(/^https:\/\/github\.com\/([^/]+)\/?$/, '$1');
}

function fieldsOf(record: Dictionary, wanted: 'login' | 'address' | 'name'): Text[] {
  return record.entries.flatMap(({ key, value }) =>
    fieldOf(key) === wanted ? textsOf(value) : [],
  );
}

function fieldOf(key: Literal): 'login' | 'address' | 'name' | undefined {
  const field = key.kind === 'text' ? key.text.replace(/[\s_-]/g, '').toLowerCase() : '';
  return Object.hasOwn(FIELDS, field) ? FIELDS[field] : undefined;
}

function textsOf(value: Literal): Text[] {
  if (value.kind === 'list') return value.items.flatMap(textsOf);
  return value.kind === 'text' ? [value] : [];
}

/** The addresses that a value is made of: none, where something in it is no address. */
function addressesIn(value: Literal): Text[] {
  if (value.kind === 'dictionary') return fieldsOf(value, 'address').filter(isOne);
  const texts = textsOf(value);
  return texts.every(isOne) ? texts : [];
}

function isOne({ text }: Text): boolean {
  return isAddress(text.trim());
}
