import type { Audit } from '../attribution/audit.ts';
import type { Person, Role, Unresolved } from '../attribution/model.ts';
import { idOf } from '../attribution/people.ts';

/** The commands that mend what an audit found, ready to be copied; those that can't help are absent. */
export interface Commands {
  /** Writes the missing into the notes. */
  readonly fix?: string;
  /** Asks the forge what it was not asked. */
  readonly ask?: string;
}

/** What somebody can do about it. */
export interface Step {
  readonly command?: string;
  readonly what: string;
}

/** A long report in short: what was found, then what to do. */
export interface Summary {
  readonly found: readonly string[];
  readonly steps: readonly Step[];
}

/** From so many entries on nobody sees the end of a list at its beginning. */
const LONG = 10;

/** Undefined where the lists are short enough to be read at a glance. */
export function summaryOf(audit: Audit, commands: Commands = {}): Summary | undefined {
  const { missing = [], unearned = [], attribution: a } = audit;
  if (missing.length < LONG && a.unresolved.length < LONG) return undefined;
  const nameless = a.unresolved.filter(({ kind }) => kind !== 'source pull request');
  const sources = a.unresolved.length - nameless.length;
  const found: string[] = [];
  if (missing.length > 0)
    found.push(`${people(missing.length, 'is', 'are')} missing in the notes: ${byRole(missing)}.`);
  if (nameless.length > 0) {
    const lost = new Set(missing.map(idOf));
    const both = nameless.filter(({ what }) => lost.has(what)).length;
    const all = both === nameless.length && missing.length > 0;
    const some = all || both === 0 ? '' : `, ${both} of them missing`;
    const who = all
      ? `${both} of them ${both === 1 ? 'has' : 'have'}`
      : people(nameless.length, 'has', 'have');
    found.push(`${who} no known login${some}: ${why(audit, nameless)}.`);
  }
  if (sources > 0)
    found.push(`The author of ${counted(sources, 'source')} could not be found at all.`);
  if (unearned.length > 0)
    found.push(
      `${counted(unearned.length, 'entry', 'entries')} of the notes' list ${unearned.length === 1 ? 'has' : 'have'} no credit.`,
    );
  const { length: suspects } = a.suspects;
  if (suspects > 0) {
    const count =
      suspects === 1 ? '1 of all may be a machine' : `${suspects} of all may be machines`;
    found.push(
      `${count}, and ${suspects === 1 ? 'counts' : 'count'} until the AUTHOR_MAP decides.`,
    );
  }
  return { found, steps: stepsFor(audit, commands, nameless) };
}

function stepsFor(
  { missing = [], unearned = [], attribution: a }: Audit,
  { fix, ask }: Commands,
  nameless: readonly Unresolved[],
): Step[] {
  const steps: Step[] = [];
  const addresses = nameless.filter(({ kind }) => kind === 'address').length;
  const added = missing.length > 0 && fix !== undefined;
  const also = unearned.length > 0 ? ', and takes out who has no credit' : '';
  if (ask !== undefined && addresses > 0) {
    const whose = addresses === 1 ? 'that address is' : `those ${addresses} addresses are`;
    const then = added ? ', then adds who is missing to the notes' : '';
    const what = `asks ${a.dialect.name} whose ${whose}, keeps the answers in the AUTHOR_MAP${then}${then && also}`;
    steps.push({ command: ask, what });
  }
  if (added) {
    const all = `adds all ${missing.length} to the notes' contributor section`;
    const how = steps.length > 0 ? `asks nobody: ${all}, as they are known here` : all;
    steps.push({ command: fix, what: `${how}${also}` });
  }
  if (nameless.length > 0) {
    const rest = ask === undefined ? 'A login' : `A login that ${a.dialect.name} does not know`;
    steps.push({
      what: `${rest} goes into the AUTHOR_MAP: the line for it stands below each identity; --import-authors FILE takes a map that you have.`,
    });
  }
  return steps;
}

const PLURAL: Readonly<Record<Role, string>> = {
  author: 'authors',
  'co-author': 'co-authors',
  'source author': 'source authors',
  diagnosis: 'who diagnosed',
  reporter: 'reporters',
  reviewer: 'reviewers',
};

/** "120 authors, 30 co-authors": each by the strongest role, which stands first. */
function byRole(list: readonly Person[]): string {
  const groups = Map.groupBy(list, ({ credits }) => credits[0]!.role);
  const parts = [...groups].sort(([, a], [, b]) => b.length - a.length);
  return parts
    .map(([role, { length }]) => `${length} ${length === 1 ? role : PLURAL[role]}`)
    .join(', ');
}

function why({ attribution: a }: Audit, nameless: readonly Unresolved[]): string {
  const addresses = nameless.filter(({ kind }) => kind === 'address').length;
  const names = nameless.length - addresses;
  const alike = nameless.filter(({ namesake }) => namesake !== undefined).length;
  const asked = a.asked
    ? `that ${a.dialect.name} knows no account for`
    : `that names no account by itself (${a.dialect.name} was not asked)`;
  return [
    ...(addresses === 0 ? [] : [`${addresses} by an address ${asked}`]),
    ...(names === 0 ? [] : [`${names} by a trailer without an address`]),
    ...(alike === 0
      ? []
      : [
          `${alike} of all ${alike === 1 ? 'shares its' : 'share their'} name with somebody else here, who may be the same`,
        ]),
  ].join(', ');
}

function people(count: number, one: string, many: string): string {
  return count === 1 ? `1 person ${one}` : `${count} people ${many}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
