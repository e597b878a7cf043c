/** Letters that take two columns of a terminal: East Asian scripts, full-width forms and emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Emoji_Presentation}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]/u;
/** Marks that join the letter before them. */
const JOINED = /\p{Mn}|\p{Me}|\u200d|\ufe0f/u;

function columnsOf(letter: string): number {
  return JOINED.test(letter) ? 0 : WIDE.test(letter) ? 2 : 1;
}

/** How many columns a text takes, about: terminals differ on rare letters. */
export function columns(text: string): number {
  let sum = 0;
  for (const letter of text) sum += columnsOf(letter);
  return sum;
}

/** Cuts one line into rows of at most `width` columns, at spaces where there are any. */
export function rowsOf(line: string, width: number): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const letter of line) {
    const wide = columnsOf(letter);
    if (used + wide > width) {
      const space = row.lastIndexOf(' ');
      const at = letter !== ' ' && space > row.length / 2 ? space + 1 : row.length;
      rows.push(row.slice(0, at).trimEnd());
      row = row.slice(at);
      used = columns(row);
      if (row === '' && letter === ' ') continue;
    }
    row += letter;
    used += wide;
  }
  return [...rows, row];
}
