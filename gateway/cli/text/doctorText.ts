import type { Examination } from '../../doctor/examination.ts';
import type { Finding } from '../../doctor/finding.ts';
import { clip, duration, plural } from './format.ts';

const MARKS: Readonly<Record<Finding['level'], { readonly mark: string; readonly color: number }>> =
  {
    ok: { mark: '✓', color: 32 },
    warning: { mark: '!', color: 33 },
    problem: { mark: '✗', color: 31 },
    skipped: { mark: '-', color: 90 },
  };

/** The report for people: what is sound in one line each, what is not with its mend below. */
export function examinationLines(
  { findings, mended }: Examination,
  { took, color }: { readonly took: number; readonly color: boolean },
): string[] {
  const lines = mended.map((line) => `${painter(color)('mended', 32)}  ${clip(line, 500)}`);
  if (mended.length > 0) lines.push('');
  return [...lines, ...findingLines(findings, color), '', verdict(findings, took)];
}

function painter(color: boolean) {
  return (text: string, code: number) => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
}

/** One line for each finding, with its mend below it. */
export function findingLines(findings: readonly Finding[], color: boolean): string[] {
  const paint = painter(color);
  const width = Math.max(...findings.map(({ about }) => about.length));
  const lines: string[] = [];
  for (const { level, about, what, mend } of findings) {
    const { mark, color: code } = MARKS[level];
    lines.push(`${paint(mark, code)} ${about.padEnd(width)}  ${clip(what, 500)}`);
    if (mend !== undefined)
      lines.push(`  ${' '.repeat(width)}  ${paint('→', 36)} ${clip(mend, 500)}`);
  }
  return lines;
}

function verdict(findings: readonly Finding[], took: number): string {
  const count = (level: Finding['level']) => findings.filter((f) => f.level === level).length;
  const [problems, warnings] = [count('problem'), count('warning')];
  const fixable = findings.filter((f) => f.level !== 'ok' && f.fix !== undefined).length;
  const found = [
    ...(problems > 0 ? [plural(problems, 'problem')] : []),
    ...(warnings > 0 ? [plural(warnings, 'warning')] : []),
  ];
  const sum = found.length === 0 ? 'All is well' : found.join(', ');
  const offer = fixable === 0 ? '' : ` ${fixable} of them can be mended with: sluice doctor --fix`;
  return `${sum} (${duration(took)}).${offer}`;
}
