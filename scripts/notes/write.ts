import type { Attribution } from '../attribution/attribute.ts';
import type { Person } from '../attribution/model.ts';
import { type Line, linesOf, SECTIONS } from './changes.ts';
import { contributorLine, written } from './contributors.ts';

export interface NotesOptions {
  /** The heading: a tag, or "Unreleased". */
  readonly title: string;
  /** ISO, without the time. */
  readonly date: string;
  /** "https://github.com/owner/name", for links. */
  readonly web?: string;
  readonly isFirst?: (person: Person) => boolean;
}

/** The notes of a range, from the one template. */
export function writeNotes(attribution: Attribution, options: NotesOptions): string {
  const lines = linesOf(attribution.changes);
  const out = [`# ${options.title} (${options.date})`, ''];
  for (const section of SECTIONS) {
    const mine = lines.filter((line) => line.section === section);
    if (mine.length === 0) continue;
    out.push(`## ${section}`, '');
    for (const line of mine) out.push(...lineText(line, options.web));
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
  const since = attribution.range.since?.name;
  if (options.web !== undefined && since !== undefined) {
    out.push('---', '', `Full history: ${options.web}/compare/${since}...${options.title}`, '');
  }
  return `${out.join('\n').trimEnd()}\n`;
}

function lineText(line: Line, web: string | undefined): string[] {
  const scope = line.scope === undefined ? '' : `**${line.scope}**: `;
  const refs =
    line.prs.length > 0 ? line.prs.map((number) => `#${number}`) : [shaText(line.shas[0]!, web)];
  const people = line.people.length === 0 ? '' : `, ${line.people.map(written).join(', ')}`;
  const text = `- ${scope}${escapeLine(line.text)} (${refs.join(', ')}${people})`;
  if (line.breaking === undefined || line.breaking === '') return [text];
  return [text, ...line.breaking.split('\n').map((each) => `  ${each}`.trimEnd())];
}

function shaText(sha: string, web: string | undefined): string {
  const short = `\`${sha.slice(0, 7)}\``;
  return web === undefined ? short : `[${short}](${web}/commit/${sha})`;
}

/** Subjects are text: their handles would ping, their HTML would vanish. Code stays code. */
function escapeLine(text: string): string {
  return text
    .split(/(`[^`]*`)/)
    .map((part) =>
      part.startsWith('`')
        ? part
        : part.replace(/</g, '\\<').replace(/(^|[^\w`])@(?=\w)/g, '$1@\u200b'),
    )
    .join('');
}
