import type { Person, Role, Unearned } from '../attribution/model.ts';
import { escapeName } from './markdown.ts';
import { NameIndex } from './names.ts';
import type { Item, Notes } from './read.ts';

/** How a person is written in notes: a handle only where there is a login. */
export function written(person: Person): string {
  return person.login === undefined ? escapeName(person.name) : `@${person.login}`;
}

const WORDS: Record<Role, [string, string]> = {
  author: ['commit', 'commits'],
  'co-author': ['co-author of', 'co-author of'],
  'source author': ['original author of', 'original author of'],
  diagnosis: ['diagnosis', 'diagnoses'],
  reporter: ['report', 'reports'],
  reviewer: ['review', 'reviews'],
};

/** What somebody did, in words: "2 commits, co-author of 1". */
export function workOf({ credits }: Pick<Person, 'credits'>): string {
  const parts = credits.map(({ role, count }) => {
    const word = WORDS[role][count === 1 ? 0 : 1];
    return role === 'author' ? `${count} ${word}` : `${word} ${count}`;
  });
  return parts.join(', ');
}

/** One line of the contributor section, from the one template. */
export function contributorLine(person: Person, first: boolean): string {
  return `- ${written(person)} (${workOf(person)})${first ? ' 🎉 first contribution' : ''}`;
}

/** Whether notes name this person: a login as a handle, a name in the contributor section. */
export function isNamed(person: Person, notes: Notes): boolean {
  if (person.logins.some((login) => notes.handles.has(login.toLowerCase()))) return true;
  // Of somebody without any name the address is one.
  return [person.name, ...person.names].some((name) =>
    name.length > 1 ? namesOf(notes).has(name) : beginsEntry(notes, name),
  );
}

/** A name of one letter is in every text: it counts where an entry begins with it. */
function beginsEntry(notes: Notes, name: string): boolean {
  return notes.items.some(
    ({ text }) => text.startsWith(name) && !/^[\p{L}\p{N}]/u.test(text.slice(name.length)),
  );
}

const indexes = new WeakMap<Notes, NameIndex>();

/** The names in the contributor section, without the mark that keeps an "@" in a name from being a mention. */
function namesOf(notes: Notes): NameIndex {
  let index = indexes.get(notes);
  if (index === undefined) {
    index = new NameIndex(notes.sectionText.replaceAll('\u200b', ''));
    indexes.set(notes, index);
  }
  return index;
}

/**
 * Puts missing people into the contributor section and takes list items of people without a
 * credit out. Every byte outside the section stays.
 */
export function fixContributors(
  text: string,
  notes: Notes,
  change: {
    add: readonly Person[];
    remove: readonly Unearned[];
    first?: (person: Person) => boolean;
  },
): string {
  if (change.add.length === 0 && change.remove.length === 0) return text;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = change.add.map(
    (each) => contributorLine(each, change.first?.(each) ?? false) + eol,
  );
  if (notes.section === undefined && lines.length > 0) {
    const end = notes.part?.end ?? text.length;
    const [head, rest] = [text.slice(0, end), text.slice(end)];
    const gap =
      head === '' ? '' : head.endsWith(`${eol}${eol}`) ? '' : head.endsWith(eol) ? eol : eol + eol;
    // One deeper than the version that it is a part of.
    const marks = notes.part === undefined ? '##' : '#'.repeat(notes.part.depth + 1);
    const added = `${gap}${marks} Contributors${eol}${eol}${lines.join('')}${rest === '' ? '' : eol}`;
    return fixContributors(head + added + rest, notes, { ...change, add: [] });
  }
  let result = text;
  const { section } = notes;
  const last = section?.items.at(-1);
  if (lines.length > 0 && section !== undefined && last === undefined) {
    // At the section's end, where it has no list.
    const at = text.slice(0, section.end).trimEnd().length;
    const rest = text.slice(section.end);
    const gap = rest === '' || /^\s*$/.test(text.slice(at)) ? '' : eol;
    const behind = text.slice(at, section.end).trim() === '' ? rest : text.slice(at);
    result = `${text.slice(0, at)}${eol}${eol}${lines.join('')}${gap}${behind.replace(/^\s*\n/, '')}`;
  } else if (last !== undefined) {
    // Behind the last entry, in its manner.
    const added = lines.map((line) => line.slice(2).trimEnd());
    result = text.slice(0, last.end) + behindEntry(text, last, added, eol) + text.slice(last.end);
  }
  // From the back, so that the offsets before stay true.
  for (const item of [...notes.items].reverse()) {
    const gone =
      item.handles.length > 0
        ? item.handles.every((each) => change.remove.some(({ handle }) => handle === each))
        : change.remove.some((each) => each.handle === undefined && each.line === item.line);
    if (!gone || !item.leaf) continue;
    const from = result.lastIndexOf('\n', item.start - 1) + 1;
    const next = result.indexOf('\n', item.end);
    result = result.slice(0, from) + (next === -1 ? '' : result.slice(next + 1));
  }
  return result;
}

/** Lines behind an entry: with its indentation and its marker, a number counted on. */
function behindEntry(text: string, last: Item, added: readonly string[], eol: string): string {
  if (last.kind === 'row') return added.map((line) => `${eol}| ${line} |`).join('');
  const indent = text.slice(text.lastIndexOf('\n', last.start - 1) + 1, last.start);
  const numbered = /^(\d+)([.)])/.exec(text.slice(last.start, last.start + 12));
  const bullet = /^[-*+]/.exec(text.slice(last.start))?.[0] ?? '-';
  return added
    .map((line, index) => {
      const mark = numbered ? `${Number(numbered[1]) + index + 1}${numbered[2]}` : bullet;
      return `${eol}${/^\s*$/.test(indent) ? indent : ''}${mark} ${line}`;
    })
    .join('');
}
