import type { Attribution } from '../attribution/attribute.ts';
import type { Dialect } from '../attribution/dialect.ts';
import type { Person } from '../attribution/model.ts';
import { visible } from '../attribution/visible.ts';
import { type Around, type Line, linesOf, SECTIONS } from './changes.ts';
import { contributorLine, written } from './contributors.ts';

export interface NotesOptions extends Around {
  /** The heading: a tag, or "Unreleased". */
  readonly title: string;
  /** The end of the range as the forge knows it, for the link to the whole history. */
  readonly end: string;
  /** ISO, without the time. */
  readonly date: string;
  /** "https://github.com/owner/name", for links. */
  readonly web?: string;
  readonly isFirst?: (person: Person) => boolean;
}

/** The notes of a range, from the one template. */
export function writeNotes(attribution: Attribution, options: NotesOptions): string {
  const lines = linesOf(attribution.changes, { ...options, dialect: attribution.dialect });
  const { dialect } = attribution;
  const links: Links = { web: options.web, dialect };
  const out = [`# ${options.title} (${options.date})`, ''];
  for (const section of SECTIONS) {
    const mine = lines.filter((line) => line.section === section);
    if (mine.length === 0) continue;
    // "Other" than nothing: a project that writes no types has one list.
    const only = section === 'Other changes' && mine.length === lines.length;
    out.push(`## ${only ? 'Changes' : section}`, '');
    for (const line of mine) out.push(...lineText(line, links));
    out.push('');
  }
  const { people, helpers } = attribution;
  if (people.length > 0) {
    out.push('## Contributors', '');
    for (const person of people)
      out.push(contributorLine(person, options.isFirst?.(person) ?? false));
    out.push('');
  }
  if (helpers.length > 0) {
    out.push('## With help from', '', ...helpers.map((each) => contributorLine(each, false)), '');
  }
  const { since } = attribution.range;
  if (options.web !== undefined && since !== undefined) {
    // Git's own notations ("v1~2") mean nothing to a forge.
    const start = /[~^:]|@\{/.test(since.name) ? since.sha : since.name;
    const compared = [start, options.end].map(inAddress).join('...');
    out.push('---', '', `Full history: ${options.web}/${dialect.pages.compare}/${compared}`, '');
  }
  return `${out.join('\n').trimEnd()}\n`;
}

/** Where the lines' links lead, and how a number is written. */
interface Links {
  readonly web: string | undefined;
  readonly dialect: Dialect;
}

function lineText(line: Line, links: Links): string[] {
  const scope = line.scope === undefined ? '' : `**${line.scope}**: `;
  const refs =
    line.prs.length > 0
      ? line.prs.map((number) => `${links.dialect.mark}${number}`)
      : [shaText(line.shas[0]!, links)];
  const people = line.people.length === 0 ? '' : `, ${line.people.map(written).join(', ')}`;
  const text = `- ${scope}${subjectText(line.text)} (${refs.join(', ')}${people})`;
  if (line.breaking === undefined || line.breaking === '') return [text];
  return [
    text,
    ...line.breaking.split('\n').map((each) => `  ${escapeLine(visible(each))}`.trimEnd()),
  ];
}

function shaText(sha: string, { web, dialect }: Links): string {
  const short = `\`${sha.slice(0, 7)}\``;
  return web === undefined ? short : `[${short}](${web}/${dialect.pages.commit}/${sha})`;
}

/** A tag's name as a part of an address: `@scope/name@1.0.0` stays readable. */
function inAddress(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@').replaceAll('%2F', '/');
}

/** The longest subject that is shown whole; some commits have no second line. */
const SUBJECT_SHOWN = 250;

/** A subject at the start of a list item: what would begin a heading, a quote or a box does not. */
function subjectText(text: string): string {
  const shown = text.length > SUBJECT_SHOWN ? `${text.slice(0, SUBJECT_SHOWN).trimEnd()}…` : text;
  return escapeLine(shown);
}

/**
 * A line of somebody's text: its handles would ping, its HTML would vanish, its images would load,
 * and its first mark would begin a heading or a list. Code stays code.
 */
function escapeLine(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) => (/^`[^`]*`$/.test(part) ? part : escapePart(part)))
    .join('')
    .replace(/^(\s*)([#>+-]|\[[ xX]\]|~~~)/, '$1\\$2')
    .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2');
}

function escapePart(text: string): string {
  return text
    .replace(/[<*`]/g, '\\$&')
    .replace(/\](?=\()/g, '\\]')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
    .replace(/(^|[^\w`])@(?=\w)/g, '$1@\u200b');
}
