import type { Attribution } from '../attribution/attribute.ts';
import { type Audit, unearnedName } from '../attribution/audit.ts';
import type { Evidence, Person } from '../attribution/model.ts';
import { idOf } from '../attribution/people.ts';
import type { Suspect } from '../attribution/suspects.ts';
import { visible } from '../attribution/visible.ts';
import { versionOf } from '../notes/version.ts';
import { type Commands, summaryOf } from './summary.ts';

export type Paint = (style: 'red' | 'green' | 'yellow' | 'bold' | 'dim', text: string) => string;
export const PLAIN: Paint = (_style, text) => text;

const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;
export const COLOUR: Paint = (style, text) => `\u001b[${CODES[style]}m${text}\u001b[0m`;

export interface TextOptions {
  readonly paint: Paint;
  readonly verbose: boolean;
  readonly showFiltered: boolean;
  readonly commands?: Commands;
}

/** The report for a terminal. */
export function textReport(
  audit: Audit,
  { paint, verbose, showFiltered, commands }: TextOptions,
): string {
  const { attribution: a, missing, unearned } = audit;
  const out: string[] = [paint('bold', headline(a))];
  const part = partRead(audit);
  if (part !== undefined) out.push(paint('dim', part));
  const summary = summaryOf(audit, commands);
  if (summary !== undefined) {
    out.push('', ...summary.found);
    for (const { command, what } of summary.steps)
      out.push(
        '',
        ...(command === undefined ? [what] : [`  ${paint('bold', command)}`, `    ${what}`]),
      );
  }
  if (missing === undefined || verbose) {
    out.push('');
    for (const person of a.people) {
      out.push(`${idOf(person)}  ${paint('dim', rolesOf(person))}`);
      const shown = person.credits.flatMap((c) =>
        verbose ? c.evidence : c.role === 'author' ? [] : c.evidence.slice(0, 2),
      );
      for (const line of shown) out.push(paint('dim', `    ${evidenceLine(line, a)}`));
    }
  }
  if (a.helpers.length > 0) {
    out.push('', `Helped, without being a contributor: ${a.helpers.length}`);
    for (const each of a.helpers) out.push(`  ${idOf(each)}  ${paint('dim', rolesOf(each))}`);
  }
  if (missing !== undefined && missing.length > 0) {
    out.push('', paint('red', `Missing in the notes: ${missing.length}`));
    for (const person of missing) {
      out.push(`  ${idOf(person)}  ${rolesOf(person)}`);
      for (const credit of person.credits) {
        for (const line of credit.evidence.slice(0, verbose ? 25 : 3))
          out.push(paint('dim', `      ${credit.role}: ${evidenceLine(line, a)}`));
      }
      for (const remark of person.remarks) out.push(paint('yellow', `      note: ${remark}`));
      const suspect = suspectOf(person, a);
      if (suspect !== undefined)
        out.push(paint('yellow', `      may be a machine: ${suspect.reason}`));
    }
  }
  if (unearned !== undefined && unearned.length > 0) {
    out.push(
      '',
      paint('red', `In the contributor list without a credit in this range: ${unearned.length}`),
    );
    for (const each of unearned) out.push(`  ${unearnedName(each)} (line ${each.line})`);
  }
  if (a.unresolved.length > 0) {
    out.push('', paint('yellow', `Without a known login: ${a.unresolved.length}`));
    for (const each of a.unresolved.slice(0, verbose || missing === undefined ? undefined : 20)) {
      out.push(`  ${each.what}`);
      if (each.evidence[0] !== undefined)
        out.push(paint('dim', `      ${evidenceLine(each.evidence[0], a)}`));
      out.push(`      ${paint('dim', 'AUTHOR_MAP:')} ${each.suggestion.trim()}`);
    }
    if (!verbose && missing !== undefined && a.unresolved.length > 20)
      out.push(`  … ${a.unresolved.length - 20} more (--verbose)`);
  }
  if (a.suspects.length > 0) {
    const what = 'Credited, but may be assistants or bots';
    out.push('', paint('yellow', `${what} (decide in the AUTHOR_MAP): ${a.suspects.length}`));
    for (const each of a.suspects) {
      out.push(`  ${each.who}`, paint('dim', `      ${each.reason}`));
      out.push(
        `      ${paint('dim', 'a machine:')} ${each.machine}   ${paint('dim', 'a person:')} ${each.person}`,
      );
    }
  }
  if (a.weak.length > 0) {
    out.push('', `Weak evidence, not counted (--min-evidence weak counts it): ${a.weak.length}`);
    for (const each of a.weak.slice(0, verbose ? undefined : 10))
      out.push(`  ${each.who}  ${paint('dim', evidenceLine(each.evidence, a))}`);
  }
  if (showFiltered) {
    out.push('', `Left out as assistants, bots or ignored: ${a.filtered.length}`);
    for (const each of a.filtered)
      out.push(`  ${each.ident.name} <${each.ident.email}>  ${each.count}×, ${each.reason}`);
  }
  for (const each of a.limits) out.push('', paint('dim', `Not known: ${each}`));
  if (a.incomplete.length > 0) {
    out.push('', paint('red', 'This check is incomplete:'));
    for (const each of a.incomplete) out.push(`  ${each}`);
  }
  if (missing !== undefined) out.push('', verdict(audit, paint));
  return `${out.join('\n')}\n`;
}

/** What makes one of the people look like a machine. */
export function suspectOf(person: Person, { suspects }: Attribution): Suspect | undefined {
  return suspects.find(({ who }) => who === idOf(person));
}

export function headline(a: Attribution): string {
  const range = `${a.range.since?.name ?? 'the beginning'}..${a.range.until.name}`;
  const people = a.people.length === 1 ? '1 person' : `${a.people.length} people`;
  const { paths } = a.range;
  const within = paths.length === 0 ? '' : ` in ${paths.map(visible).join(', ')}`;
  const commits = a.commits === 1 ? '1 commit' : `${a.commits} commits`;
  return `${range}${within}: ${commits}, ${a.authored} without merges, ${people}`;
}

/** Which part of a changelog was read: people of another one are not credited for this. */
export function partRead({ notes, attribution }: Audit): string | undefined {
  if (notes?.part === undefined) return undefined;
  const { heading, found } = notes.part;
  const wanted = versionOf(attribution.range.until.name);
  const why =
    found || wanted === undefined ? '' : `; no heading has ${wanted}, so it is the first one`;
  return `Of these notes the part “${visible(heading)}” was read${why}.`;
}

function verdict({ exitCode, missing, unearned }: Audit, paint: Paint): string {
  if (exitCode === 2) return paint('red', 'Could not check everything (exit 2).');
  if (exitCode === 1) {
    if ((missing?.length ?? 0) + (unearned?.length ?? 0) === 0)
      return paint('red', 'Everyone known is credited; what is open above is a finding (exit 1).');
    return paint(
      'red',
      `${missing?.length ?? 0} missing, ${unearned?.length ?? 0} listed without a credit (exit 1). --fix writes the contributor section.`,
    );
  }
  return paint('green', 'Everyone is credited.');
}

export function rolesOf(person: Person): string {
  return person.credits.map(({ role, count }) => `${role} ${count}`).join(', ');
}

export function evidenceLine(evidence: Evidence, { dialect }: Attribution): string {
  const where =
    evidence.sha?.slice(0, 9) ?? (evidence.pr === undefined ? '' : `${dialect.mark}${evidence.pr}`);
  const weak = evidence.strength === 'weak' ? ' [weak]' : '';
  return `${where} “${evidence.line.slice(0, 160)}”${weak}${evidence.note === undefined ? '' : ` (${evidence.note})`}`;
}

/** `--explain LOGIN`: everything about one person, or why nobody of that name was credited. */
export function explain(audit: Audit, wanted: string): string {
  const { attribution: a, missing } = audit;
  const key = wanted.replace(/^@/, '').toLowerCase();
  const is = (each: string) => each.toLowerCase() === key;
  const person = [...a.people, ...a.helpers].find((each) =>
    [...each.logins, ...each.names, ...each.emails].some(is),
  );
  if (person !== undefined) {
    const out = [`${idOf(person)} is credited: ${rolesOf(person)}`];
    if (missing !== undefined)
      out.push(
        missing.includes(person)
          ? 'The notes do not name this person.'
          : a.helpers.includes(person)
            ? 'Not a contributor: the notes need not name this person.'
            : 'The notes name this person.',
      );
    if (person.names.length > 0) out.push(`  names: ${person.names.join(', ')}`);
    if (person.emails.length > 0) out.push(`  addresses: ${person.emails.join(', ')}`);
    for (const join of person.joins)
      out.push(`  joined ${join.what}: ${join.reason}${join.weak ? ' [weak]' : ''}`);
    for (const remark of person.remarks) out.push(`  note: ${remark}`);
    const suspect = suspectOf(person, a);
    if (suspect !== undefined)
      out.push(
        `  may be a machine: ${suspect.reason}`,
        `    AUTHOR_MAP: ${suspect.machine} leaves it out, ${suspect.person} keeps the person`,
      );
    for (const credit of person.credits) {
      const kept =
        credit.evidence.length < credit.count ? ` (the first ${credit.evidence.length} shown)` : '';
      out.push(`  ${credit.role}, ${credit.count}${kept}:`);
      for (const line of credit.evidence) out.push(`    ${evidenceLine(line, a)}`);
    }
    return `${out.join('\n')}\n`;
  }
  const filtered = a.filtered.filter(
    ({ ident }) =>
      is(ident.name) || is(ident.email) || ident.email.toLowerCase().includes(`${key}@`),
  );
  if (filtered.length > 0) {
    return filtered
      .map(
        ({ ident, reason, count }) =>
          `${ident.name} <${ident.email}> was left out ${count} times: ${reason}\n`,
      )
      .join('');
  }
  const weak = a.weak.filter(({ who }) => is(who.replace(/^@/, '')));
  if (weak.length > 0) {
    return `${wanted} is not credited; there is weak evidence only:\n${weak.map((each) => `  ${evidenceLine(each.evidence, a)}\n`).join('')}`;
  }
  return `${wanted} is not credited: no commit, trailer or source credit in ${headline(a)} leads to them.\n`;
}
