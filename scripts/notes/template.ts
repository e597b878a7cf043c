import { extname } from 'node:path';
import mustache from 'mustache';
import { BadFile } from '../attribution/errors.ts';
import type { ReleaseReport } from '../report/schemas.ts';
import { escapeLine, escapeName } from './markdown.ts';

/** What a template can name: the keys of `ReleaseSchema`, and what lists have besides. */
export const FIELDS: ReadonlySet<string> = new Set([
  ...[
    'kind',
    'schemaVersion',
    'title',
    'tag',
    'version',
    'date',
    'range',
    'since',
    'until',
    'paths',
  ],
  ...['commits', 'authored', 'sections', 'contributors', 'helpers', 'compareUrl', 'incomplete'],
  ...['name', 'changes', 'text', 'scope', 'breaking', 'isBreaking', 'pulls', 'people'],
  ...['number', 'url', 'sha', 'short', 'id', 'login', 'mention'],
  ...['firstContribution', 'credits', 'role', 'count', 'work'],
  ...['last', 'length', '.'],
]);

/**
 * Writes notes by a project's own Mustache template. It has no logic but sections, and its data are texts,
 * numbers and lists: nothing in it can run. `{{field}}` is escaped for what the template's name ends in
 * (`.html`; `.txt` not at all; Markdown otherwise), `{{{field}}}` is as it was written by somebody. Each
 * item of a list has `last`, for what stands between two.
 * @throws BadFile for a template that is no Mustache, or names a field that there is not, with its line
 */
export function renderTemplate(template: string, file: string, model: ReleaseReport): string {
  checkTemplate(template, file);
  const kind = extname(file.replace(/\.mustache$/i, '')).toLowerCase();
  const escaped =
    kind === '.html' || kind === '.htm'
      ? htmlText
      : kind === '.txt'
        ? String
        : (value: unknown) => (value instanceof Field ? value.markdown : String(value));
  const text = mustache.render(template, viewOf(model), {}, { escape: escaped });
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** @throws BadFile as `renderTemplate`, before there is anything to render */
export function checkTemplate(template: string, file: string): void {
  for (const token of parsed(template, file)) check(token, template, file);
}

/** A text of somebody's, and how it is written in Markdown. */
class Field {
  readonly #text: string;
  readonly #markdown: string;

  constructor(text: string, markdown: string) {
    this.#text = text;
    this.#markdown = markdown;
  }
  get markdown(): string {
    return this.#markdown;
  }
  toString(): string {
    return this.#text;
  }
}

/** `[kind, name, start, end, children?]` */
type Token = [string, string, number, number, Token[]?];

function parsed(template: string, file: string): Token[] {
  try {
    return mustache.parse(template) as Token[];
  } catch (error) {
    const [, what = '', at = '0'] = /^(.*?)(?: at (\d+))?$/s.exec((error as Error).message)!;
    throw new BadFile(`${file}:${lineAt(template, Number(at))}: ${what}`);
  }
}

function check([kind, name, start, , children]: Token, template: string, file: string): void {
  const fail = (why: string): never => {
    throw new BadFile(`${file}:${lineAt(template, start)}: ${why}`);
  };
  if (kind === '>') fail(`{{> ${name}}}: a template is one file, and takes in no other`);
  if (kind === 'name' || kind === '&' || kind === '#' || kind === '^') {
    const parts = name === '.' ? ['.'] : name.split('.');
    const wrong = parts.find((part) => !FIELDS.has(part));
    if (wrong !== undefined)
      fail(`there is no field "${wrong}" (there are: ${[...FIELDS].slice(0, -1).join(', ')})`);
  }
  // A section's fifth place has its tokens; a text's has nothing.
  if (kind === '#' || kind === '^')
    for (const child of children ?? []) check(child, template, file);
}

function lineAt(template: string, at: number): number {
  return template.slice(0, at).split('\n').length;
}

/** The model as a template sees it: objects have nothing but their own fields, so nothing to call. */
function viewOf(value: unknown, key = '', owner: object = {}): unknown {
  if (typeof value === 'string') return new Field(value, markdownOf(value, key, owner));
  if (Array.isArray(value)) {
    return value.map((each, index) => {
      const item = viewOf(each, key, owner);
      return typeof each === 'object'
        ? Object.assign(item as object, { last: index === value.length - 1 })
        : item;
    });
  }
  if (typeof value !== 'object' || value === null) return value;
  const view: Record<string, unknown> = Object.create(null);
  for (const [name, each] of Object.entries(value)) view[name] = viewOf(each, name, value);
  return view;
}

function markdownOf(text: string, key: string, owner: object): string {
  if (key === 'text' || key === 'scope' || key === 'breaking' || key === 'incomplete')
    return text.split('\n').map(escapeLine).join('\n');
  const isNameless = 'login' in owner && owner.login === null;
  const isName = key === 'name' && 'login' in owner;
  if (isName || (isNameless && (key === 'id' || key === 'mention'))) return escapeName(text);
  return text;
}

function htmlText(value: unknown): string {
  return String(value).replace(/[&<>"']/g, (mark) => `&#${mark.charCodeAt(0)};`);
}
