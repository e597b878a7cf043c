/**
 * The lines by which two texts differ, each with `-` or `+` before it, and `  ` before those that both
 * have, of which only the ones beside a change are kept. Empty iff the texts are equal. For short
 * texts: it takes time by the product of their lengths.
 */
export function lineDiff(before: string, after: string): string[] {
  if (before === after) return [];
  const a = before.split('\n');
  const b = after.split('\n');
  // common[i][j]: the most lines that a from i on and b from j on have in common, in order.
  const common = Array.from({ length: a.length + 1 }, () =>
    new Array<number>(b.length + 1).fill(0),
  );
  const at = (i: number, j: number) => common[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    const row = common[i] as number[];
    for (let j = b.length - 1; j >= 0; j--) {
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(`  ${a[i]}`);
      i++;
      j++;
    } else if (i < a.length && (j === b.length || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(`- ${a[i++]}`);
    } else {
      lines.push(`+ ${b[j++]}`);
    }
  }
  const near = (n: number) => [n - 1, n, n + 1].some((k) => /^[-+]/.test(lines[k] ?? ''));
  return lines.filter((_line, n) => near(n));
}
