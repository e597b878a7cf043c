import type { parser as pythonParser } from '@lezer/python';
import { decoded } from './strings.ts';

type SyntaxNode = ReturnType<typeof pythonParser.parse>['topNode'];

/** The languages whose literals are read. JSON, with or without comments, is a part of JavaScript. */
export type Language = 'python' | 'javascript' | 'typescript' | 'json';

/** A literal as it stands in a program's text. */
export type Literal = Text | List | Dictionary | Other;

interface Place {
  /** Counted from 1. */
  readonly line: number;
}
export interface Text extends Place {
  readonly kind: 'text';
  readonly text: string;
  /** What a comment behind it on its line says. */
  readonly comment?: string;
}
/** A list, a tuple or a set. */
export interface List extends Place {
  readonly kind: 'list';
  readonly items: readonly Literal[];
}
export interface Dictionary extends Place {
  readonly kind: 'dictionary';
  /** What it is assigned to. */
  readonly name?: string;
  readonly entries: readonly { readonly key: Literal; readonly value: Literal }[];
}
/** Anything that would have to be run to be known. */
export interface Other extends Place {
  readonly kind: 'other';
  readonly source: string;
}

/** A part of a text that its language can't be read in, inside of a collection. */
export class Unreadable extends Error {
  readonly line: number;
  constructor(line: number) {
    super('the dictionary is broken here (a comma or a quote too few?)');
    this.line = line;
  }
}

const DICTIONARIES = new Set(['DictionaryExpression', 'ObjectExpression']);
/** What gives a name, and what a name is there. */
const NAMING = /^(?:AssignStatement|VariableDeclaration|AssignmentExpression|Property|ArgList)$/;
const NAMES = /^(?:VariableName|VariableDefinition|PropertyDefinition|MemberExpression|String)$/;
const LISTS = new Set(['ArrayExpression', 'TupleExpression', 'SetExpression']);

/** What literally stands in a program's text. */
export interface Literals {
  /** The collections, the outermost ones, in their order. */
  readonly found: readonly (Dictionary | List)[];
  /** Those with an `@` in them whose syntax is broken. What is around them may be. */
  readonly broken: readonly Unreadable[];
}

/** Reads the collections in a program's text, which is parsed and never run. */
export async function literalsIn(text: string, language: Language): Promise<Literals> {
  const parser = await parserOf(language);
  const before = language === 'json' ? '(' : '';
  const source = `${before}${text}${before && ')'}`;
  const reader = new Reader(source, before.length);
  const found: (Dictionary | List)[] = [];
  const broken: Unreadable[] = [];
  parser.parse(source).iterate({
    enter({ node }) {
      const assigned = reader.assignment(node);
      if (assigned !== undefined) {
        found.push(assigned);
        return false;
      }
      if (!DICTIONARIES.has(node.name) && !LISTS.has(node.name)) return true;
      try {
        found.push(reader.collection(node));
      } catch (error) {
        if (!(error instanceof Unreadable)) throw error;
        if (source.slice(node.from, node.to).includes('@')) broken.push(error);
      }
      return false;
    },
  });
  return { found, broken };
}

async function parserOf(language: Language) {
  if (language === 'python') return (await import('@lezer/python')).parser;
  const { parser } = await import('@lezer/javascript');
  return language === 'typescript' ? parser.configure({ dialect: 'ts' }) : parser;
}

class Reader {
  readonly #source: string;
  readonly #ends: number[] = [];

  constructor(source: string, skipped: number) {
    this.#source = source;
    for (let at = skipped; at !== -1; at = source.indexOf('\n', at + 1)) this.#ends.push(at);
  }

  /** `NAME["key"] = "value"`, as a dictionary of one entry. */
  assignment(node: SyntaxNode): Dictionary | undefined {
    if (node.name !== 'AssignStatement' && node.name !== 'AssignmentExpression') return undefined;
    const { firstChild: left, lastChild: value } = node;
    const key = left?.name === 'MemberExpression' ? left.getChild('String') : null;
    if (key === null || value?.name !== 'String') return undefined;
    const name = this.#cut(left!.firstChild!);
    const entries = [{ key: this.#literal(key), value: this.#literal(value) }];
    return { kind: 'dictionary', line: this.#lineOf(node.from), name, entries };
  }

  collection(node: SyntaxNode): Dictionary | List {
    const line = this.#lineOf(node.from);
    if (LISTS.has(node.name)) {
      const items = this.#childrenOf(node).filter((each) => !isMark(each));
      return { kind: 'list', line, items: items.map((each) => this.#literal(each)) };
    }
    const entries =
      node.name === 'DictionaryExpression' ? this.#pythonEntries(node) : this.#properties(node);
    const name = this.#nameOf(node);
    return { kind: 'dictionary', line, entries, ...(name === undefined ? {} : { name }) };
  }

  #literal(node: SyntaxNode): Literal {
    if (DICTIONARIES.has(node.name) || LISTS.has(node.name)) return this.collection(node);
    const line = this.#lineOf(node.from);
    if (node.name === 'ParenthesizedExpression') {
      const inner = this.#childrenOf(node).filter((each) => !/^[()]$/.test(each.name));
      if (inner.length === 1) return this.#literal(inner[0]!);
    }
    const text = this.#textOf(node);
    if (text === undefined) return { kind: 'other', line, source: this.#shown(node) };
    const comment = this.#commentBehind(node.to);
    return { kind: 'text', text, line, ...(comment === undefined ? {} : { comment }) };
  }

  #textOf(node: SyntaxNode): string | undefined {
    if (node.name === 'ContinuedString') {
      const parts = this.#childrenOf(node).map((each) => this.#textOf(each));
      return parts.includes(undefined) ? undefined : parts.join('');
    }
    if (node.name === 'PropertyDefinition') return this.#cut(node);
    const isText = node.name === 'String' || node.name === 'TemplateString';
    if (!isText || node.getChild('Interpolation') !== null) return undefined;
    return decoded(this.#cut(node));
  }

  /** Key, ":", value, "," … and `**other` between them. */
  #pythonEntries(node: SyntaxNode): { key: Literal; value: Literal }[] {
    const found: { key: Literal; value: Literal }[] = [];
    const parts = this.#childrenOf(node);
    for (const [at, part] of parts.entries()) {
      if (part.name !== ':') continue;
      const [key, value] = [parts[at - 1], parts[at + 1]];
      if (key === undefined || value === undefined || isMark(key) || isMark(value))
        throw new Unreadable(this.#lineOf(part.from));
      found.push({ key: this.#literal(key), value: this.#literal(value) });
    }
    return found;
  }

  #properties(node: SyntaxNode): { key: Literal; value: Literal }[] {
    const found: { key: Literal; value: Literal }[] = [];
    for (const property of node.getChildren('Property')) {
      const parts = this.#childrenOf(property);
      const colon = parts.findIndex((each) => each.name === ':');
      const [key, value] = [parts[colon - 1], parts[colon + 1]];
      if (colon === -1 || key === undefined || value === undefined) continue; // `...other`, `name`, `method() {}`
      const name = key.name === ']' ? parts[colon - 2]! : key;
      found.push({ key: this.#literal(name), value: this.#literal(value) });
    }
    this.#childrenOf(node);
    return found;
  }

  /** @throws Unreadable for what the parser had to skip or to make up */
  #childrenOf(node: SyntaxNode): SyntaxNode[] {
    const children: SyntaxNode[] = [];
    for (let child = node.firstChild; child !== null; child = child.nextSibling) {
      if (child.type.isError) throw new Unreadable(this.#lineOf(child.from));
      if (!/Comment$/.test(child.name)) children.push(child);
    }
    return children;
  }

  /** The name in `NAME = {`, `NAME: type = {`, `NAME = Object.freeze({`, `"name": {`. */
  #nameOf(node: SyntaxNode): string | undefined {
    for (let at: SyntaxNode = node; at.parent !== null; at = at.parent) {
      if (NAMING.test(at.parent.name)) {
        // `const a = {…}, b = {…}` has several.
        let name = at.prevSibling;
        while (name !== null && !NAMES.test(name.name)) name = name.prevSibling;
        return name === null ? undefined : this.#cut(name).replace(/^["']|["']$/g, '');
      }
      if (/Statement$|^Script$|Definition$|Body$/.test(at.parent.name)) return undefined;
    }
    return undefined;
  }

  #commentBehind(at: number): string | undefined {
    const end = this.#source.indexOf('\n', at);
    const rest = this.#source.slice(at, end === -1 ? undefined : end);
    return /^[\s,)\]}]*(?:#|\/\/)\s*(.*\S)/.exec(rest)?.[1];
  }

  #cut({ from, to }: SyntaxNode): string {
    return this.#source.slice(from, to);
  }

  #shown(node: SyntaxNode): string {
    const source = this.#cut(node).replace(/\s+/g, ' ');
    return source.length > 60 ? `${source.slice(0, 60)}…` : source;
  }

  #lineOf(at: number): number {
    let [low, high] = [0, this.#ends.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#ends[middle]! < at) low = middle + 1;
      else high = middle;
    }
    return Math.max(1, low);
  }
}

function isMark({ name }: SyntaxNode): boolean {
  return /^(?:[{}[\](),:]|\*\*|\*|Spread)$/.test(name);
}
