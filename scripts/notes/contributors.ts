import type { Unearned } from '../attribution/audit.ts';
import type { Person, Role } from '../attribution/model.ts';
import type { Notes } from './read.ts';

/** How a person is written in notes: a handle only where there is a login. */
export function written(person: Person): string {
  return person.login === undefined ? escapeText(person.name) : `@${person.login}`;
}

const WORDS: Record<Role, [string, string]> = {
  author: ['commit', 'commits'],
  'co-author': ['co-authored', 'co-authored'],
  'source author': ['source of', 'source of'],
  diagnosis: ['diagnosis', 'diagnoses'],
  reporter: ['report', 'reports'],
  reviewer: ['review', 'reviews'],
};

/** One line of the contributor section, from the one template. */
export function contributorLine(person: Person, first: boolean): string {
  const parts = person.credits.map(({ role, count }) => {
    const word = WORDS[role][count === 1 ? 0 : 1];
    return role === 'author' ? `${count} ${word}` : `${word} ${count}`;
  });
  return `- ${written(person)} (${parts.join(', ')})${first ? ' 🎉 first contribution' : ''}`;
}

/** Whether notes name this person: a login as a handle, a name in the contributor section. */
export function isNamed(person: Person, notes: Notes): boolean {
  if (person.logins.some((login) => notes.handles.has(login.toLowerCase()))) return true;
  return person.names.some((name) => name.length > 1 && hasWords(notes.sectionText, name));
}

function hasWords(text: string, words: string): boolean {
  const pattern = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/\s+/g, '\\s+');
  return new RegExp(`(?<![\\p{L}\\p{N}_@-])${pattern}(?![\\p{L}\\p{N}_-])`, 'iu').test(text);
}

/** A name is text: nothing in it may become Markdown or a mention. */
function escapeText(name: string): string {
  return name.replace(/[\\`*_[\]<>|#]/g, '\\$&').replace(/@/g, '@\u200b');
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
  if (notes.section === undefined) {
    if (lines.length === 0) return text;
    const gap =
      text === '' ? '' : text.endsWith(`${eol}${eol}`) ? '' : text.endsWith(eol) ? eol : eol + eol;
    return `${text}${gap}## Contributors${eol}${eol}${lines.join('')}`;
  }
  const { section } = notes;
  let result = text;
  const last = section.items.at(-1);
  if (lines.length > 0) {
    // Behind the last item, or at the section's end where it has no list.
    let at =
      last?.end ?? section.start + /^\s*/.exec(text.slice(section.start, section.end))![0].length;
    if (last === undefined) {
      at = text.slice(0, section.end).trimEnd().length;
      result = `${text.slice(0, at)}${eol}${eol}${lines.join('')}${section.end < text.length ? eol : ''}${text.slice(section.end)}`;
    } else {
      const marker = /^[-*+]/.exec(text.slice(last.start))?.[0] ?? '-';
      const added = lines.map((line) => `${eol}${marker}${line.slice(1).trimEnd()}`).join('');
      result = text.slice(0, at) + added + text.slice(at);
    }
  }
  // From the back, so that the offsets before stay true.
  for (const item of [...section.items].reverse()) {
    const gone =
      item.handles.length > 0
        ? item.handles.every((each) => change.remove.some(({ handle }) => handle === each))
        : change.remove.some((each) => each.handle === undefined && each.line === item.line);
    if (!gone) continue;
    const from = result.lastIndexOf('\n', item.start - 1) + 1;
    const next = result.indexOf('\n', item.end);
    result = result.slice(0, from) + (next === -1 ? '' : result.slice(next + 1));
  }
  return result;
}
