import type { Attribution } from '../attribution/attribute.ts';
import type { Dialect } from '../attribution/dialect.ts';
import { visible } from '../attribution/visible.ts';
import type { Line } from './changes.ts';
import { contributorLine, written } from './contributors.ts';
import { escapeLine } from './markdown.ts';
import { compareUrl, type NotesOptions, sectionsOf, shownSubject } from './model.ts';

/** The notes of a range, from the one template. */
export function writeNotes(attribution: Attribution, options: NotesOptions): string {
  const { dialect } = attribution;
  const links: Links = { web: options.web, dialect };
  const out = [`# ${options.title} (${options.date})`, ''];
  for (const { name, lines } of sectionsOf(attribution, options)) {
    out.push(`## ${name}`, '');
    for (const line of lines) out.push(...lineText(line, links));
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
  const history = compareUrl(attribution, options);
  if (history !== undefined) out.push('---', '', `Full history: ${history}`, '');
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
  const text = `- ${scope}${escapeLine(shownSubject(line.text))} (${refs.join(', ')}${people})`;
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
