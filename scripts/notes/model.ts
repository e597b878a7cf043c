import type { Attribution } from '../attribution/attribute.ts';
import type { Person } from '../attribution/model.ts';
import { idOf } from '../attribution/people.ts';
import { visible } from '../attribution/visible.ts';
import type { ReleaseReport } from '../report/schemas.ts';
import { type Around, type Line, linesOf, SECTIONS } from './changes.ts';
import { workOf } from './contributors.ts';

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

/** The changes of a range in the sections of its notes; a section without any is left out. */
export function sectionsOf(
  attribution: Attribution,
  options: Around,
): { name: string; lines: Line[] }[] {
  const lines = linesOf(attribution.changes, { ...options, dialect: attribution.dialect });
  const bySection = Map.groupBy(lines, ({ section }) => section);
  return SECTIONS.filter((section) => bySection.has(section)).map((section) => ({
    // "Other" than nothing: a project that writes no types has one list.
    name: section === 'Other changes' && bySection.size === 1 ? 'Changes' : section,
    lines: bySection.get(section)!,
  }));
}

/** What notes are made of, for programs and for templates. */
export function releaseModel(
  attribution: Attribution,
  options: NotesOptions & {
    readonly tag?: string | undefined;
    readonly version?: string | undefined;
  },
): ReleaseReport {
  const { range, dialect } = attribution;
  const { web } = options;
  const page = (...path: string[]) => (web === undefined ? null : [web, ...path].join('/'));
  const home = web === undefined ? undefined : new URL(web).origin;
  const person = (each: Person) => ({
    id: idOf(each),
    login: each.login ?? null,
    name: each.name,
    mention: each.login === undefined ? each.name : `@${each.login}`,
    url: each.login === undefined || home === undefined ? null : `${home}/${each.login}`,
  });
  const contributor = (each: Person) => ({
    ...person(each),
    firstContribution: options.isFirst?.(each) ?? false,
    credits: each.credits.map(({ role, count }) => ({ role, count })),
    work: workOf(each),
  });
  const change = (line: Line) => ({
    text: shownSubject(line.text),
    scope: line.scope ?? null,
    breaking: line.breaking === undefined ? null : visible(line.breaking),
    isBreaking: line.breaking !== undefined,
    pulls: line.prs.map((number) => ({
      number,
      name: `${dialect.mark}${number}`,
      url: page(dialect.pages.pull, `${number}`),
    })),
    commits: line.shas.map((sha) => ({
      sha,
      short: sha.slice(0, 7),
      url: page(dialect.pages.commit, sha),
    })),
    people: line.people.map(person),
  });
  return {
    kind: 'release',
    schemaVersion: 1,
    title: options.title,
    tag: options.tag ?? null,
    version: options.version ?? null,
    date: options.date,
    range: { since: range.since ?? null, until: range.until, paths: range.paths },
    commits: attribution.commits,
    authored: attribution.authored,
    sections: sectionsOf(attribution, options).map(({ name, lines }) => ({
      name,
      changes: lines.map(change),
    })),
    contributors: attribution.people.map(contributor),
    helpers: attribution.helpers.map(contributor),
    compareUrl: compareUrl(attribution, options) ?? null,
    incomplete: attribution.incomplete,
  };
}

/** The forge's page of the whole range. */
export function compareUrl(
  { range: { since }, dialect }: Pick<Attribution, 'range' | 'dialect'>,
  { web, end }: Pick<NotesOptions, 'web' | 'end'>,
): string | undefined {
  if (web === undefined || since === undefined) return undefined;
  // Git's own notations ("v1~2") mean nothing to a forge.
  const start = /[~^:]|@\{/.test(since.name) ? since.sha : since.name;
  return `${web}/${dialect.pages.compare}/${[start, end].map(inAddress).join('...')}`;
}

/** A tag's name as a part of an address: `@scope/name@1.0.0` stays readable. */
function inAddress(name: string): string {
  return encodeURIComponent(name).replaceAll('%40', '@').replaceAll('%2F', '/');
}

/** The longest subject that is shown whole; some commits have no second line. */
const SUBJECT_SHOWN = 250;

export function shownSubject(text: string): string {
  return text.length > SUBJECT_SHOWN ? `${text.slice(0, SUBJECT_SHOWN).trimEnd()}…` : text;
}
