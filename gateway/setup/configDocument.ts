import { Document, isMap, isScalar, isSeq, parseDocument, type YAMLMap } from 'yaml';
import { nodesAt, type Path } from '../config/describe.ts';
import { ConfigError } from '../core/exit.ts';
import type { AccountPlatform } from './answers.ts';
import type { Edit, Present } from './edits.ts';

const HEAD = ` Written by \`sluice init\`, which edits it when run again and keeps what you change.
 What is not here has its default; every key: \`sluice config example\`. Is it right? \`sluice config check\``;

/**
 * A configuration that is edited by a program and by people: comments, order and what is not touched stay
 * as they are.
 */
export class ConfigDocument implements Present {
  readonly #document: Document;

  /** @throws ConfigError where the text is not YAML. */
  constructor(text: string, file: string) {
    const document = parseDocument(text);
    const [problem] = document.errors;
    if (problem !== undefined) {
      const line = problem.linePos?.[0].line ?? 1;
      throw new ConfigError(`${file}:${line}: this is not YAML; mend it first`);
    }
    if (document.contents === null) {
      const comment = document.commentBefore;
      this.#document = new Document({});
      this.#document.commentBefore = comment ?? HEAD;
    } else {
      this.#document = document;
    }
  }

  readonly has = (path: Path): boolean => this.#document.hasIn(path);

  get(path: Path): unknown {
    const found = this.#document.getIn(path);
    return isMap(found) || isSeq(found) ? found.toJS(this.#document) : found;
  }

  /** Of several accounts the one named `default`, else the first. */
  readonly account = (platform: AccountPlatform): Path => {
    const path = ['platforms', platform];
    const found = this.#document.getIn(path);
    if (!isSeq(found) || found.items.length === 0) return path;
    const at = found.items.findIndex(
      (item) => isMap(item) && (item.get('name') ?? 'default') === 'default',
    );
    return [...path, Math.max(at, 0)];
  };

  apply({ path, value }: Edit): void {
    if (value === undefined) {
      this.#document.deleteIn(path);
      return;
    }
    if (this.#document.hasIn(path) && isScalar(this.#document.getIn(path, true))) {
      const scalar = this.#document.getIn(path, true);
      // The scalar stays, and with it the comment behind it.
      if (isScalar(scalar) && typeof value !== 'object') {
        scalar.value = value;
        return;
      }
    }
    const section = this.#section(path.slice(0, -1));
    const key = path.at(-1);
    if (section.has(key)) {
      section.set(key, this.#flow(value));
      return;
    }
    section.add(this.#pair(path, this.#flow(value), section));
  }

  toString(): string {
    return this.#document.toString({ lineWidth: 100, flowCollectionPadding: false });
  }

  /** The section a key belongs to, made where it is absent or empty. */
  #section(path: Path): YAMLMap {
    const found = path.length === 0 ? this.#document.contents : this.#document.getIn(path, true);
    if (isMap(found)) return found;
    const made = this.#document.createNode({}) as YAMLMap;
    made.flow = false;
    if (path.length === 0) {
      this.#document.contents = made as never;
      return made;
    }
    const parent = this.#section(path.slice(0, -1));
    // What would become long on one line is written over several.
    parent.flow = false;
    const key = path.at(-1);
    if (parent.has(key)) parent.set(key, made);
    else parent.add(this.#pair(path, made, parent));
    return made;
  }

  /** A new key says what it is for, unless its section is written on one line. */
  #pair(path: Path, value: unknown, section: YAMLMap) {
    const pair = this.#document.createPair(path.at(-1), value);
    const [about] = nodesAt(path).map((node) => node.description);
    if (about && !section.flow && isScalar(pair.key)) {
      pair.key.commentBefore = ` ${about}`;
      if (path.length === 1 && section.items.length > 0) pair.key.spaceBefore = true;
    }
    return pair;
  }

  /** Lists are written on one line, as in the examples. */
  #flow(value: unknown): unknown {
    const node = this.#document.createNode(value);
    if (isSeq(node)) node.flow = true;
    return node;
  }
}
