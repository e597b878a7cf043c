/** Prints rows of: what, its figure, what it is compared with. */
export function table(title: string, rows: readonly (readonly [string, string, string])[]): void {
  console.log(title);
  for (const [what, figure, compared] of rows) {
    console.log(`  ${what.padEnd(40)}${figure.padEnd(34)}${compared}`);
  }
}

/** The value below which the part `quantile` of them lies. */
export function at(values: readonly number[], quantile: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN;
}

/** The median of some rounds, and between what they were. */
export function spread(values: readonly number[], show: (value: number) => string): string {
  return `${show(at(values, 0.5))} (${show(Math.min(...values))} to ${show(Math.max(...values))})`;
}
