// How the command line writes things for people. Pure.

/** A duration in its one or two largest units: `850 ms`, `12 s`, `3 min 20 s`, `2 h 5 min`, `4 d 1 h`. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const s = Math.floor(ms / 1000);
  if (s < 60) return `${s} s`;
  if (s < 3600) return two(s, 60, 'min', 's');
  if (s < 86_400) return two(Math.floor(s / 60), 60, 'h', 'min');
  return two(Math.floor(s / 3600), 24, 'd', 'h');
}

function two(amount: number, per: number, large: string, small: string): string {
  const rest = amount % per;
  return `${Math.floor(amount / per)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

export function ago(then: number, now: number): string {
  return now - then < 1000 ? 'just now' : `${duration(now - then)} ago`;
}

/**
 * A text that people wrote, on one line and safe for a terminal: control characters, which could
 * move the cursor or forge lines, become spaces.
 */
export function clip(text: string, width: number): string {
  const line = printable(text).replaceAll(/\s+/g, ' ').trim();
  const letters = [...line];
  return letters.length <= width ? line : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

/** A text that people wrote, safe for a terminal, its lines kept. */
export function printable(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(/(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/gu, ' ');
}

/** Columns aligned by their widest cell, two spaces apart; the last is left as it is. */
export function table(rows: readonly (readonly string[])[], indent = ''): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, at) => {
      widths[at] = Math.max(widths[at] ?? 0, cell.length);
    });
  }
  return rows.map((row) => {
    const cells = row.map((cell, at) =>
      at === row.length - 1 ? cell : cell.padEnd(widths[at] as number),
    );
    return (indent + cells.join('  ')).trimEnd();
  });
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}
