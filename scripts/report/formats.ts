import { type Audit, unearnedName } from '../attribution/audit.ts';
import type { Person } from '../attribution/model.ts';
import { idOf } from '../attribution/people.ts';
import type { AuditReport } from './schemas.ts';
import { type Commands, summaryOf } from './summary.ts';
import { evidenceLine, headline, partRead, rolesOf } from './text.ts';

/** The whole audit for programs, in the shape of `AuditSchema`. */
export function jsonReport(audit: Audit): string {
  const { attribution: a } = audit;
  const person = (each: Person) => ({
    id: idOf(each),
    login: each.login ?? null,
    name: each.name,
    emails: each.emails,
    joins: each.joins,
    remarks: each.remarks,
    credits: each.credits,
  });
  const report: AuditReport = {
    kind: 'contributor-audit',
    schemaVersion: 1,
    range: { since: a.range.since ?? null, until: a.range.until, paths: a.range.paths },
    commits: a.commits,
    authored: a.authored,
    exitCode: audit.exitCode,
    people: a.people.map(person),
    helpers: a.helpers.map(person),
    missing: audit.missing?.map(idOf) ?? null,
    unearned: audit.unearned ?? null,
    part: audit.notes?.part?.heading ?? null,
    unresolved: a.unresolved,
    incomplete: a.incomplete,
    limits: a.limits,
    weak: a.weak,
    suspects: a.suspects,
    filtered: a.filtered,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

/** For a job summary or a comment. Handles stand in code, so that nobody is pinged by a report. */
export function markdownReport(audit: Audit, commands?: Commands): string {
  const { attribution: a, missing = [], unearned = [] } = audit;
  const cell = (text: string) =>
    text
      .replace(/[|\\`<>]/g, '\\$&')
      .replace(/\n/g, ' ')
      .replace(/@(?=\w)/g, '@\u200b');
  const id = (each: Person) => (each.login === undefined ? cell(each.name) : `\`@${each.login}\``);
  const out = [`### Contributors: ${headline(a)}`, ''];
  const part = partRead(audit);
  if (part !== undefined) out.push(cell(part), '');
  const summary = summaryOf(audit, commands);
  if (summary !== undefined) {
    out.push(...summary.found.map((each) => `- ${cell(each)}`), '');
    for (const { command, what } of summary.steps)
      out.push(
        ...(command === undefined ? [cell(what)] : [`${cell(what)}:`, '', `    ${command}`]),
        '',
      );
  }
  const list = audit.missing === undefined ? a.people : missing;
  if (audit.missing !== undefined)
    out.push(
      missing.length === 0 ? 'Nobody is missing.' : `**${missing.length} missing in the notes**`,
      '',
    );
  if (list.length > 0) {
    if (summary !== undefined) out.push('<details><summary>Who, and why</summary>', '');
    out.push('| who | roles | evidence |', '| --- | --- | --- |');
    for (const each of list) {
      const first = each.credits.at(-1)!.evidence[0];
      out.push(
        `| ${id(each)} | ${rolesOf(each)} | ${first === undefined ? '' : cell(evidenceLine(first, a))} |`,
      );
    }
    out.push('', ...(summary === undefined ? [] : ['</details>', '']));
  }
  for (const each of unearned)
    out.push(`- \`${unearnedName(each)}\` (line ${each.line}) is listed without a credit`);
  const nameless = a.unresolved.map((each) => `- no login known: ${cell(each.what)}`);
  if (summary === undefined || nameless.length === 0) out.push(...nameless);
  else
    out.push(
      '',
      '<details><summary>No login known</summary>',
      '',
      ...nameless,
      '',
      '</details>',
      '',
    );
  for (const { who, reason, machine, person } of a.suspects)
    out.push(
      `- may be a machine: ${cell(who)}: ${cell(reason)}; \`${machine}\` or \`${person}\` in the AUTHOR_MAP`,
    );
  for (const each of a.incomplete) out.push(`- **incomplete:** ${cell(each)}`);
  for (const each of a.limits) out.push(`- not known: ${cell(each)}`);
  return `${out.join('\n').trimEnd()}\n`;
}
