import type { Node, Pair, Scalar, YAMLMap, YAMLSeq } from 'yaml';
import {
  type Added,
  blockEntry,
  fieldLines,
  flowEntry,
  flowFields,
  quoted,
  STEP,
} from './author-map-text.ts';
import { BadFile } from './errors.ts';

/** One thing more that is known of a login. */
export interface Addition {
  readonly login: string;
  readonly address?: string;
  readonly name?: string;
  readonly note?: string;
}

/** A text that takes the place of what stands from one offset to another. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

/**
 * Adds addresses, names and notes to the text of an AUTHOR_MAP. Only what is added is written, in the
 * manner of what stands there (block or flow, its indentation, its line ends): every other byte stays.
 * A note is written where there is none.
 * @throws BadFile for what is no AUTHOR_MAP, or is written in a way that nothing can be added to
 */
export async function addToAuthorMap(
  text: string,
  additions: readonly Addition[],
): Promise<string> {
  const yaml = await import('yaml');
  const doc = yaml.parseDocument(text);
  if (doc.errors.length > 0)
    throw new BadFile(`the AUTHOR_MAP is broken: ${doc.errors[0]!.message}`);
  if (doc.contents !== null && (!yaml.isMap(doc.contents) || doc.contents.flow))
    throw new BadFile('the AUTHOR_MAP must have "authors:" on a line of its own to be added to');
  const editor = new Editor(text, yaml);
  editor.add(doc.contents as YAMLMap | null, gathered(additions));
  return editor.result();
}

function gathered(additions: readonly Addition[]): Added[] {
  const found = new Map<string, Added>();
  for (const { login, address, name, note } of additions) {
    const key = login.toLowerCase();
    const added = found.get(key) ?? { login, addresses: [], names: [] };
    found.set(key, added);
    if (address !== undefined) addOnce(added.addresses, address);
    if (name !== undefined) addOnce(added.names, name);
    if (note !== undefined) added.note ??= note;
  }
  return [...found.values()];
}

function addOnce(list: string[], text: string): void {
  if (!list.some((each) => each.toLowerCase() === text.toLowerCase())) list.push(text);
}

class Editor {
  readonly #text: string;
  readonly #yaml: typeof import('yaml');
  readonly #eol: string;
  readonly #edits: Edit[] = [];

  constructor(text: string, yaml: typeof import('yaml')) {
    this.#text = text;
    this.#yaml = yaml;
    this.#eol = text.includes('\r\n') ? '\r\n' : '\n';
  }

  result(): string {
    let [result, at] = ['', 0];
    for (const { from, to, text } of this.#edits.toSorted((a, b) => a.from - b.from)) {
      result += this.#text.slice(at, from) + text;
      at = to;
    }
    return result + this.#text.slice(at);
  }

  add(whole: YAMLMap | null, all: readonly Added[]): void {
    const { isMap } = this.#yaml;
    const authors = whole?.items.find((pair) => keyOf(pair) === 'authors') as Pair | undefined;
    const known = new Map<string, Pair>();
    if (isMap(authors?.value))
      for (const pair of authors.value.items) known.set(keyOf(pair).toLowerCase(), pair as Pair);
    const fresh: Added[] = [];
    for (const each of all) {
      const pair = known.get(each.login.toLowerCase());
      if (pair === undefined) fresh.push(each);
      else this.#extend(pair, each);
    }
    if (fresh.length > 0) this.#append(authors, fresh);
  }

  /** New logins, behind the last one. */
  #append(authors: Pair | undefined, fresh: readonly Added[]): void {
    const { isMap } = this.#yaml;
    const value = authors?.value;
    if (authors === undefined) {
      const lines = fresh.flatMap((each) => blockEntry(STEP, each));
      this.#lines(this.#text.length, ['authors:', ...lines]);
    } else if (isMap(value) && value.items.length > 0) {
      const last = value.items.at(-1) as Pair;
      if (value.flow)
        this.#insert(endOf(last), fresh.map((each) => `, ${flowEntry(each)}`).join(''));
      else {
        const indent = this.#indentOf(last);
        this.#lines(
          this.#behind(endOf(last)),
          fresh.flatMap((each) => blockEntry(indent, each)),
        );
      }
    } else
      this.#fill(
        authors,
        fresh.flatMap((each) => blockEntry(STEP, each)),
      );
  }

  /** Lines below a key that has nothing: `key:`, `key: {}`, `key: null`. */
  #fill(pair: Pair, lines: readonly string[]): void {
    const [, keyEnd] = rangeOf(pair.key);
    const colon = this.#text.indexOf(':', keyEnd) + 1;
    const [from, to] = pair.value === null ? [colon, colon] : rangeOf(pair.value);
    const end = from === to ? colon : to;
    if (end > colon) this.#edits.push({ from: colon, to: end, text: '' });
    this.#lines(this.#behind(end), lines);
  }

  /** More of a login that is there, in the form it is written in. */
  #extend(pair: Pair, added: Added): void {
    const { isMap, isSeq } = this.#yaml;
    const { value } = pair;
    if (isMap(value) && value.items.length > 0) {
      this.#field(value, 'addresses', added.addresses);
      this.#field(value, 'names', added.names);
      if (added.note !== undefined && !value.has('note')) this.#newField(value, 'note', added.note);
    } else if (isNothing(value) || isMap(value)) {
      const [, ...lines] = blockEntry(this.#indentOf(pair), added);
      if (this.#isFlowPair(pair)) this.#replace(value, flowFields(added));
      else this.#fill(pair, lines);
    } else if (added.names.length === 0) this.#more(value as Node, added.addresses);
    else if (isSeq(value) && !value.flow) {
      throw new BadFile(
        `names can't be added to ${keyOf(pair)} in the AUTHOR_MAP: write "addresses:" above its list`,
      );
    } else {
      // The short form, `login: address`, has no place for names.
      const have = valuesIn(value);
      const addresses = [...have, ...added.addresses.filter((each) => !has(have, each))];
      this.#replace(value, flowFields({ ...added, addresses }));
    }
  }

  #field(entry: YAMLMap, field: 'addresses' | 'names', values: readonly string[]): void {
    const pair = entry.items.find((each) => keyOf(each) === field) as Pair | undefined;
    const old = pair === undefined ? [] : valuesIn(pair.value);
    const missing = values.filter((each) => !has(old, each));
    if (missing.length === 0) return;
    if (pair === undefined) this.#newField(entry, field, missing);
    else if (isNothing(pair.value) || (this.#yaml.isSeq(pair.value) && old.length === 0)) {
      if (entry.flow) this.#replace(pair.value, `[${missing.map(quoted).join(', ')}]`);
      else
        this.#fill(
          pair,
          missing.map((each) => `${this.#indentOf(pair)}${STEP}- ${quoted(each)}`),
        );
    } else this.#more(pair.value as Node, missing);
  }

  /** More items behind those of a list, or behind a single text that becomes one. */
  #more(value: Node, values: readonly string[]): void {
    const missing = values.filter((each) => !has(valuesIn(value), each));
    if (missing.length === 0) return;
    const last = this.#yaml.isSeq(value) ? (value as YAMLSeq).items.at(-1) : undefined;
    if (last === undefined) {
      const [from, to] = rangeOf(value);
      this.#edits.push({
        from,
        to,
        text: `[${[this.#text.slice(from, to), ...missing.map(quoted)].join(', ')}]`,
      });
    } else if ((value as YAMLSeq).flow) {
      this.#insert(rangeOf(last)[1], missing.map((each) => `, ${quoted(each)}`).join(''));
    } else {
      const dash = this.#text.lastIndexOf('-', rangeOf(last)[0]);
      const indent = this.#text.slice(this.#lineStart(dash), dash);
      this.#lines(
        this.#behind(rangeOf(last)[1]),
        missing.map((each) => `${indent}- ${quoted(each)}`),
      );
    }
  }

  #newField(entry: YAMLMap, field: string, value: string | readonly string[]): void {
    const last = entry.items.at(-1) as Pair;
    if (entry.flow) {
      const text = typeof value === 'string' ? quoted(value) : `[${value.map(quoted).join(', ')}]`;
      this.#insert(endOf(last), `, ${field}: ${text}`);
    } else {
      this.#lines(this.#behind(endOf(last)), fieldLines(this.#indentOf(last), field, value));
    }
  }

  #insert(at: number, text: string): void {
    this.#edits.push({ from: at, to: at, text });
  }

  #replace(node: unknown, text: string): void {
    const [from, to] = rangeOf(node);
    this.#edits.push({ from, to, text });
  }

  #lines(at: number, lines: readonly string[]): void {
    const before = at > 0 && this.#text[at - 1] !== '\n' ? this.#eol : '';
    this.#insert(at, before + lines.map((line) => line + this.#eol).join(''));
  }

  /** The start of the line behind an offset. What ends with its line, a block text, is there already. */
  #behind(offset: number): number {
    if (this.#text[offset - 1] === '\n') return offset;
    const end = this.#text.indexOf('\n', offset);
    return end === -1 ? this.#text.length : end + 1;
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf('\n', offset - 1) + 1;
  }

  #indentOf(pair: Pair): string {
    const [from] = rangeOf(pair.key);
    return /^ */.exec(this.#text.slice(this.#lineStart(from), from))![0];
  }

  /** Whether a pair stands in `{…}`: on a line of its own it is the first there. */
  #isFlowPair(pair: Pair): boolean {
    const [from] = rangeOf(pair.key);
    return this.#text.slice(this.#lineStart(from), from).trim() !== '';
  }
}

/** Where a pair ends, without the comments below it that belong to what follows. */
function endOf({ key, value }: Pair): number {
  const items = (value as { items?: readonly unknown[]; flow?: boolean } | null)?.items;
  if (items === undefined || (value as { flow?: boolean }).flow) {
    const end = value === null ? 0 : rangeOf(value)[1];
    return Math.max(end, rangeOf(key)[1]);
  }
  const last = items.at(-1);
  return isPair(last) ? endOf(last) : rangeOf(last)[1];
}

function isPair(node: unknown): node is Pair {
  return typeof node === 'object' && node !== null && 'key' in node;
}

function rangeOf(node: unknown): readonly [number, number] {
  const range = (node as Node | null)?.range;
  return range == null ? [0, 0] : [range[0], range[1]];
}

function keyOf(pair: { key: unknown }): string {
  return String((pair.key as Scalar | null)?.value);
}

function isNothing(value: unknown): boolean {
  return value === null || (value as Scalar).value === null;
}

function valuesIn(value: unknown): string[] {
  const items = (value as { items?: readonly Scalar[] } | null)?.items ?? [value as Scalar];
  return items.flatMap((each) => (typeof each?.value === 'string' ? [each.value] : []));
}

function has(list: readonly string[], text: string): boolean {
  return list.some((each) => each.trim().toLowerCase() === text.toLowerCase());
}
