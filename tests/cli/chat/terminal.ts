import { PassThrough } from 'node:stream';
import { stripVTControlCharacters } from 'node:util';
import { eventually } from '../../harness/eventually.ts';

const SEQUENCE = new RegExp(
  `${String.fromCharCode(27)}\\[(?:\\d*(?:;\\d+)?)([A-Za-z])|[\\s\\S]`,
  'g',
);

/** A terminal whose keys a test presses and whose screen it reads. */
export function fakeTerminal(columns = 80) {
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => {} });
  const output = Object.assign(new PassThrough(), { isTTY: true, columns, rows: 24 });
  let written = '';
  output.setEncoding('utf8').on('data', (piece: string) => {
    written += piece;
  });
  return {
    input,
    output,
    press: (keys: string) => void input.write(keys),
    type: (line: string) => void input.write(`${line}\r`),
    /** The screen, as `rows` of text: what was erased is gone. */
    screen: () => screenOf(written),
    shows: (text: string, withinMs?: number) =>
      eventually(
        `the terminal shows "${text}"`,
        () => screenOf(written).join('\n').includes(text),
        withinMs,
      ).catch((error: Error) => {
        throw new Error(`${error.message}\n${screenOf(written).join('\n')}`);
      }),
  };
}

/** Plays the few sequences that readline and the screen write: lines, columns, erasing. */
export function screenOf(written: string): string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;
  for (const [piece, letter] of written.matchAll(SEQUENCE)) {
    const n = Number(/\d+/.exec(piece)?.[0] ?? 1);
    if (letter === 'A') row = Math.max(0, row - n);
    else if (letter === 'B') row += n;
    else if (letter === 'C') column += n;
    else if (letter === 'D') column = Math.max(0, column - n);
    else if (letter === 'G') column = n - 1;
    else if (letter === 'J') {
      rows[row] = (rows[row] ?? '').slice(0, column);
      rows.length = row + 1;
    } else if (letter === 'K') rows[row] = (rows[row] ?? '').slice(0, column);
    else if (letter !== undefined) continue;
    else if (piece === '\n') {
      row++;
      column = 0;
    } else if (piece === '\r') column = 0;
    else {
      const now = (rows[row] ?? '').padEnd(column);
      rows[row] = now.slice(0, column) + piece + now.slice(column + 1);
      column++;
    }
    rows[row] ??= '';
  }
  return rows.map((text) => stripVTControlCharacters(text).trimEnd());
}
