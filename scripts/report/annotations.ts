import { randomUUID } from 'node:crypto';
import { type Audit, unearnedName } from '../attribution/audit.ts';
import { idOf } from '../attribution/people.ts';
import { type Commands, summaryOf } from './summary.ts';
import { evidenceLine, headline, rolesOf } from './text.ts';

/** Of each kind GitHub shows so many for a step, and says nothing of the others. */
const SHOWN = 10;

interface Annotation {
  readonly kind: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly text: string;
  /** Where in the notes. */
  readonly line?: number;
}

/**
 * GitHub's workflow commands, an annotation for each finding. Of more than GitHub would show the first
 * says what there is and what to do, and the rest stands in the log.
 */
export function githubReport(audit: Audit, file: string | undefined, commands?: Commands): string {
  const { attribution: a, missing = [], unearned = [] } = audit;
  const errors: Annotation[] = [
    ...a.incomplete.map((text) => ({ kind: 'error', title: 'Check incomplete', text }) as const),
    ...missing.map((each) => {
      const first = each.credits.at(-1)!.evidence[0];
      const why = first === undefined ? '' : evidenceLine(first, a);
      const text = `${idOf(each)} (${rolesOf(each)}): ${why}`;
      return { kind: 'error', title: 'Contributor missing', text, line: 1 } as const;
    }),
    ...unearned.map((each) => {
      const text = `${unearnedName(each)} is listed without a credit in this range`;
      return { kind: 'error', title: 'No credit found', text, line: each.line } as const;
    }),
  ];
  const suspects = a.suspects.map(({ who, reason, machine, person }) => {
    const text = `${who}: ${reason}; AUTHOR_MAP: ${machine} or ${person}`;
    return { kind: 'warning', title: 'May be a machine', text, line: 1 } as const;
  });
  const nameless = a.unresolved.map(({ what, suggestion }) => {
    const text = `${what}; AUTHOR_MAP: ${suggestion.trim()}`;
    return { kind: 'warning', title: 'No login known', text, line: 1 } as const;
  });
  const warnings = [...suspects, ...nameless];
  const summary = summaryOf(audit, commands);
  const short = summary && [
    ...summary.found,
    ...summary.steps.map(({ command, what }) =>
      command === undefined ? what : `${command}\n  ${what}`,
    ),
  ];
  const kind = errors.length > 0 ? 'error' : 'warning';
  const first: Annotation[] =
    short === undefined ? [] : [{ kind, title: 'Contributors', text: short.join('\n'), line: 1 }];
  const [shownErrors, restErrors] = split([...(kind === 'error' ? first : []), ...errors]);
  const [shownWarnings, restWarnings] = split([...(kind === 'warning' ? first : []), ...warnings]);
  const out = [...shownErrors, ...shownWarnings].map((each) => commandOf(each, file));
  out.push(commandOf({ kind: 'notice', title: 'Contributors', text: headline(a) }, undefined));
  const rest = [...restErrors, ...restWarnings];
  if (rest.length > 0) {
    // In between no line is a command, whatever somebody is called.
    const token = randomUUID();
    const lines = rest.map(({ title, text }) => `${title}: ${text}`);
    const group = `::group::${rest.length} more`;
    out.push(group, `::stop-commands::${token}`, ...lines, `::${token}::`, '::endgroup::');
  }
  return `${out.join('\n')}\n`;
}

function split(all: readonly Annotation[]): [readonly Annotation[], readonly Annotation[]] {
  return [all.slice(0, SHOWN), all.slice(SHOWN)];
}

function commandOf({ kind, title, text, line }: Annotation, file: string | undefined): string {
  const place =
    file === undefined || line === undefined ? '' : `file=${property(file)},line=${line},`;
  return `::${kind} ${place}title=${title}::${escaped(text)}`;
}

function escaped(text: string): string {
  return text.replace(/%/g, '%25').replace(/\r/g, '%0D').replace(/\n/g, '%0A');
}

function property(text: string): string {
  return escaped(text).replace(/:/g, '%3A').replace(/,/g, '%2C');
}
