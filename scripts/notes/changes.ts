import { CommitParser } from 'conventional-commits-parser';
import type { Person } from '../attribution/model.ts';

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

interface Input {
  readonly sha: string;
  readonly subject: string;
  readonly message: string;
  readonly pr?: number;
  readonly people: readonly Person[];
}

const parser = new CommitParser({
  headerPattern: /^(\w+)(?:\(([^()]*)\))?(!)?: (.+)$/,
  headerCorrespondence: ['type', 'scope', 'bang', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
});

/**
 * Turns commits (newest first) into lines. A change cherry-picked twice is one line; a change and
 * its revert inside the range cancel each other out; a revert of something older is shown.
 */
export function linesOf(changes: readonly Input[]): Line[] {
  const gone = cancelled(changes);
  const seen = new Map<string, Line>();
  const picked = new Set<Line>();
  for (const change of changes) {
    if (gone.has(change.sha)) continue;
    const line = lineOf(change);
    const key = `${line.section}\0${line.scope ?? ''}\0${line.text}`;
    const same = seen.get(key);
    // The same words alone do not make the same change: release after release says "update deps".
    const twice =
      same !== undefined &&
      (picked.has(same) || isPick(change) || samePeople(change, same) || samePulls(line, same));
    if (isPick(change)) picked.add(line);
    if (!twice) {
      seen.set(same === undefined ? key : `${key}\0${change.sha}`, line);
      continue;
    }
    seen.set(key, {
      ...same,
      prs: [...new Set([...same.prs, ...line.prs])],
      shas: [...same.shas, ...line.shas],
      people: [...new Set([...same.people, ...line.people])],
    });
  }
  return [...seen.values()];
}

function isPick(change: Input): boolean {
  return /\(cherry picked from commit [0-9a-f]{7,40}\)/.test(change.message);
}

function samePeople(change: Input, same: Line): boolean {
  return same.people.some((person) => change.people.includes(person));
}

function samePulls(a: Line, b: Line): boolean {
  return a.prs.some((number) => b.prs.includes(number));
}

function lineOf(change: Input): Line {
  const subject = change.subject.replace(/\s*\(#\d+\)$/, '');
  const body = change.message.slice(change.message.indexOf('\n') + 1 || change.message.length);
  const base = {
    prs: change.pr === undefined ? [] : [change.pr],
    shas: [change.sha],
    people: change.people,
  };
  if (/^(?:Revert "|revert:)/i.test(subject)) {
    return { ...base, section: 'Reverts', text: subject };
  }
  const parsed = parser.parse(`${subject || '(no subject)'}\n\n${body.trim()}`);
  const {
    type,
    scope,
    bang,
    subject: text,
  } = parsed as Record<string, unknown> as {
    type?: string | null;
    scope?: string | null;
    bang?: string | null;
    subject?: string | null;
  };
  const note = parsed.notes[0]?.text.trim();
  const section = TYPES[type?.toLowerCase() ?? ''];
  // A word and a colon is not a conventional type: "daemon: close the socket".
  const plain = section === undefined || text == null;
  const breaking = note ?? (bang ? '' : undefined);
  return {
    ...base,
    section: breaking !== undefined ? 'Breaking changes' : plain ? 'Other changes' : section,
    ...(plain || !scope ? {} : { scope }),
    text: plain ? subject || '(no subject)' : text,
    ...(breaking === undefined ? {} : { breaking }),
  };
}

/** Commits that a revert inside the range takes back, and those reverts; a reverted revert counts. */
function cancelled(changes: readonly Input[]): Set<string> {
  const gone = new Set<string>();
  for (const change of changes) {
    if (gone.has(change.sha)) continue;
    for (const match of change.message.matchAll(/\bThis reverts commit ([0-9a-f]{7,40})/g)) {
      const target = changes.find((other) => other.sha.startsWith(match[1]!));
      if (target === undefined || gone.has(target.sha)) continue;
      gone.add(target.sha).add(change.sha);
    }
  }
  return gone;
}
