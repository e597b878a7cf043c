import { CommitParser, type ParserOptions } from 'conventional-commits-parser';
import { type Dialect, GITHUB } from '../attribution/dialect.ts';
import { squashMark } from '../attribution/landing.ts';
import type { Person } from '../attribution/model.ts';
import type { MergedPull } from './merged.ts';
import { BREAKING, PICKED } from './needed.ts';
import { cancelled } from './reverts.ts';

/** One line of the notes. */
export interface Line {
  readonly section: SectionName;
  readonly scope?: string;
  readonly text: string;
  readonly prs: readonly number[];
  readonly shas: readonly string[];
  readonly people: readonly Person[];
  readonly breaking?: string;
}

/** The sections in the order they stand in the notes. */
export const SECTIONS = [
  'Breaking changes',
  'Features',
  'Fixes',
  'Performance',
  'Reverts',
  'Documentation',
  'Refactoring',
  'Tests',
  'Build and CI',
  'Dependencies',
  'Other changes',
] as const;
export type SectionName = (typeof SECTIONS)[number];

const TYPES: Record<string, SectionName> = {
  feat: 'Features',
  feature: 'Features',
  fix: 'Fixes',
  perf: 'Performance',
  revert: 'Reverts',
  docs: 'Documentation',
  doc: 'Documentation',
  refactor: 'Refactoring',
  test: 'Tests',
  tests: 'Tests',
  build: 'Build and CI',
  ci: 'Build and CI',
  chore: 'Other changes',
  style: 'Other changes',
};

/** One commit of the range that is no merge. */
export interface Input {
  readonly sha: string;
  readonly subject: string;
  /** Whole, or what `neededOf` leaves of it. */
  readonly message: string;
  readonly pr?: number;
  readonly people: readonly Person[];
}

/** What the history around the commits tells; all of it can be left out. */
export interface Around {
  readonly merged?: ReadonlyMap<string, MergedPull>;
  /** Who is credited by the text of a pull request. */
  readonly sourcesOf?: (pr: number) => readonly Person[];
  /** How the forge writes; GitHub's when left out. */
  readonly dialect?: Dialect;
}

const OPTIONS: Record<string, unknown> = {
  headerPattern: /^(\w+)(?:\(([^()]*)\))?(!)?: (.+)$/,
  headerCorrespondence: ['type', 'scope', 'bang', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
  // Its search for references takes a minute for a line of 4,000 letters. Nothing here needs them.
  issuePrefixes: undefined,
};
const parser = new CommitParser(OPTIONS as ParserOptions);

/** The longest line that is parsed; nobody reads a change in more. */
const LINE_PARSED = 2000;

/** What ends a footer: the next one, as the specification has it. */
const FOOTER = /^(?:[A-Za-z][\w-]*: |[A-Za-z][\w-]* #\d)/;

/** The commit that only makes a release: "chore(release): v1.2.0", "release: app@2.0.0", "1.3.1". */
const RELEASE = new RegExp(
  [
    /^(?:(?:chore|build)\()?releases?\)?!?:?\s+(?:[\w@/-]+@)?v?\d[\w.+-]*$/,
    /^(?:(?:bump(?: version)?(?: to)?|version)\s+)?(?:[\w@/-]+@)?v?\d+(?:\.\d+)+[\w.+-]*(?: (?:alpha|beta|rc) ?\d*)?$/,
    /^Version Packages$/,
  ]
    .map((each) => each.source)
    .join('|'),
  'i',
);

/**
 * Turns commits (newest first) into lines. A pull request that was merged is one line, with its
 * title and everyone of its commits; a change cherry-picked twice is one line; a change and its
 * revert inside the range cancel each other out; a revert of something older is shown. The commit
 * that makes a release is no change.
 */
export function linesOf(changes: readonly Input[], around: Around = {}): Line[] {
  const merged = around.merged ?? new Map<string, MergedPull>();
  const { landingMarks } = around.dialect ?? GITHUB;
  const gone = cancelled(changes, merged);
  const groups = new Map<string, Input[]>();
  const ownerOf = owners(changes, withoutReleases(merged));
  for (const change of changes) {
    if (gone.has(change) || RELEASE.test(withoutNumber(change.subject, landingMarks))) continue;
    const owner = ownerOf(change);
    // Without a title nothing says which of its commits is the point of a pull request.
    const key = owner?.title === undefined ? change.sha : owner.sha;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  const lines = new Lines();
  for (const group of groups.values()) {
    const owner = ownerOf(group[0]!);
    const line = lineOf(group, owner, landingMarks);
    const sources = line.prs.flatMap((pr) => around.sourcesOf?.(pr) ?? []);
    const people = [...new Set([...line.people, ...sources])];
    lines.add({ ...line, people }, group.flatMap(picksOf));
  }
  return lines.all();
}

/** The title "1.2.0" says nothing of what a branch brought besides: its commits do. */
function withoutReleases(
  merged: ReadonlyMap<string, MergedPull>,
): (sha: string) => MergedPull | undefined {
  const untitled = new Map<MergedPull, MergedPull>();
  for (const pull of new Set(merged.values())) {
    const { title, ...rest } = pull;
    if (title !== undefined && RELEASE.test(title)) untitled.set(pull, rest);
  }
  return (sha) => {
    const pull = merged.get(sha);
    return (pull && untitled.get(pull)) ?? pull;
  };
}

/**
 * Whose line a commit belongs on. One with a number of its own was a pull request of its own,
 * wherever it was merged since; but where several commits of a branch have one number, that is what
 * the branch is about (an issue, say).
 */
function owners(
  changes: readonly Input[],
  mergedBy: (sha: string) => MergedPull | undefined,
): (change: Input) => MergedPull | undefined {
  const numbers = new Map<string, (number | undefined)[]>();
  for (const { sha, pr } of changes) {
    const owner = mergedBy(sha);
    if (owner === undefined) continue;
    const all = numbers.get(owner.sha);
    if (all === undefined) numbers.set(owner.sha, [pr]);
    else all.push(pr);
  }
  return ({ sha, pr }) => {
    const owner = mergedBy(sha);
    if (owner === undefined || pr === undefined || pr === owner.pr) return owner;
    const all = numbers.get(owner.sha)!;
    return all.length > 1 && all.every((each) => each === pr) ? owner : undefined;
  };
}

/** Collects lines; what is the same change becomes one. */
class Lines {
  readonly #lines: { line: Line; picked: boolean }[] = [];
  readonly #byWords = new Map<string, number[]>();
  readonly #bySha = new Map<string, number>();

  add(line: Line, picks: readonly string[]): void {
    const key = `${line.section}\0${line.scope ?? ''}\0${line.text}`;
    const at =
      [...line.shas, ...picks].map((sha) => this.#bySha.get(sha)).find((x) => x !== undefined) ??
      this.#byWords
        .get(key)
        ?.find((each) => this.#same(this.#lines[each]!, line, picks.length > 0));
    const index = at ?? this.#lines.length;
    for (const sha of [...line.shas, ...picks]) this.#bySha.set(sha, index);
    if (at === undefined) {
      this.#lines.push({ line, picked: picks.length > 0 });
      this.#byWords.set(key, [...(this.#byWords.get(key) ?? []), index]);
      return;
    }
    const before = this.#lines[at]!;
    before.picked ||= picks.length > 0;
    before.line = {
      ...before.line,
      prs: [...new Set([...before.line.prs, ...line.prs])],
      shas: [...before.line.shas, ...line.shas],
      people: [...new Set([...before.line.people, ...line.people])],
    };
  }

  /** The same words alone do not make the same change: two people can each write "fix typo". */
  #same(before: { line: Line; picked: boolean }, line: Line, isPick: boolean): boolean {
    const nobody = before.line.people.length === 0 && line.people.length === 0;
    return (
      before.picked ||
      isPick ||
      nobody ||
      before.line.people.some((person) => line.people.includes(person)) ||
      before.line.prs.some((number) => line.prs.includes(number))
    );
  }

  all(): Line[] {
    return this.#lines.map(({ line }) => line);
  }
}

function picksOf(change: Input): string[] {
  return [...change.message.matchAll(PICKED)].map((match) => match[1]!);
}

function withoutNumber(subject: string, marks: string): string {
  const mark = squashMark(subject, marks);
  return mark === undefined ? subject : subject.slice(0, mark.start);
}

/** One line for the commits of one pull request (newest first), or for one commit. */
function lineOf(group: readonly Input[], owner: MergedPull | undefined, marks: string): Line {
  const oldest = group.at(-1)!;
  const parsed = group.map((change) => parse(withoutNumber(change.subject, marks), change.message));
  const subject = withoutNumber(oldest.subject, marks);
  // A long title is cut in a merge commit; the only commit of the branch often has all of it.
  const cut = owner?.title?.endsWith('…') && subject.startsWith(owner.title.slice(0, -1));
  const title = owner?.title === undefined || cut ? subject : owner.title;
  const whole = group.length === 1 && title === subject ? parsed[0]! : parse(title, '');
  const breaking = whole.breaking ?? parsed.map((each) => each.breaking).find((x) => x != null);
  const sections = parsed.map((each) => each.section);
  const section =
    breaking !== undefined
      ? 'Breaking changes'
      : whole.section !== 'Other changes' || sections.includes('Other changes')
        ? whole.section
        : SECTIONS.find((each) => sections.includes(each))!;
  const prs = [owner?.pr, ...group.map((change) => change.pr)].filter((pr) => pr !== undefined);
  return {
    section,
    ...(whole.scope === undefined ? {} : { scope: whole.scope }),
    text: whole.text,
    prs: [...new Set(prs)],
    shas: group.map((change) => change.sha),
    people: [...new Set([...group].reverse().flatMap((change) => change.people))],
    ...(breaking === undefined ? {} : { breaking }),
  };
}

/** Twenty bumps by a bot are no twenty fixes, whatever the type they come with. */
const DEPENDENCIES = /^(?:deps|deps-dev|dev-deps|dependencies)$/i;
const WEIGHTY = /^(?:feat|feature|docs?)$/i;

/** A subject by the rules of Conventional Commits, where it follows them. */
function parse(
  subject: string,
  message: string,
): Pick<Line, 'section' | 'scope' | 'text' | 'breaking'> {
  if (/^(?:Revert "|revert(?:\([^()]*\))?!?:|Revert [0-9a-f]{7,40}\b)/i.test(subject))
    return { section: 'Reverts', text: subject };
  const body = message.slice(message.indexOf('\n') + 1 || message.length).trim();
  const lines = [subject || '(no subject)', '', ...(BREAKING.test(body) ? body.split('\n') : [])];
  const parsed = parser.parse(lines.map((line) => line.slice(0, LINE_PARSED)).join('\n'));
  const { type, scope, bang, ...rest } = parsed as unknown as Record<string, string | null>;
  const section = TYPES[type?.toLowerCase() ?? ''];
  const breaking = footerOf(parsed.notes[0]?.text) ?? (bang ? '' : undefined);
  const broken = breaking === undefined ? {} : { breaking };
  if (DEPENDENCIES.test(scope ?? '') && !WEIGHTY.test(type ?? '') && rest.subject != null)
    return { section: 'Dependencies', text: rest.subject, ...broken };
  // A word and a colon is not a conventional type: "daemon: close the socket".
  if (section === undefined || rest.subject == null)
    return { section: 'Other changes', text: subject || '(no subject)', ...broken };
  return { section, ...(scope ? { scope } : {}), text: rest.subject, ...broken };
}

function footerOf(note: string | undefined): string | undefined {
  if (note === undefined) return undefined;
  const lines = note.split('\n');
  const next = lines.findIndex((line, index) => index > 0 && FOOTER.test(line));
  return (next === -1 ? lines : lines.slice(0, next)).join('\n').trim();
}
