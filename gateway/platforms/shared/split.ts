/**
 * Splits Markdown into pieces of at most `limit` UTF-16 units, the unit in which chat platforms count.
 *
 * A piece ends, in this order of liking, at a blank line, a line end, the end of a sentence, a space.
 * A code fence that is cut is closed in its piece and opened again, with its language, in the next.
 * A surrogate pair is never cut, nor what a zero-width joiner holds together where it fits.
 * @throws RangeError for a limit below 64, which has no room for fences.
 */
export function splitText(text: string, limit: number): string[] {
  if (limit < 64) throw new RangeError(`a limit of ${limit} leaves no room to split text`);
  const pieces: string[] = [];
  let rest = text;
  /** The opening line of the fence that the last cut fell into. */
  let fence: string | undefined;
  while (rest !== '') {
    const opening = fence === undefined ? '' : `${fence}\n`;
    if (opening.length + rest.length <= limit) {
      push(pieces, opening + rest);
      break;
    }
    const cut = fittingCut(opening, rest, limit, fence);
    const open = cut.open;
    push(pieces, cut.piece);
    rest = rest.slice(cut.at);
    if (open !== undefined) {
      rest = rest.replace(/^\n/, '');
      // The text may end with the fence itself: nothing is left to open it for.
      const end = /^ {0,3}(`{3,}|~{3,})[ \t]*(?:\n|$)/.exec(rest);
      if (end !== null && closes(end[1] as string, open)) {
        rest = rest.slice(end[0].length);
        fence = undefined;
        continue;
      }
    } else rest = rest.replace(/^\s*\n|^ +/, '');
    fence = shortened(open, limit);
  }
  return pieces.length === 0 ? [''] : pieces;
}

/** A first piece that fits with the fence it has to close. */
function fittingCut(opening: string, rest: string, limit: number, fence: string | undefined) {
  for (let room = limit - opening.length; ; ) {
    const at = cutAt(rest, room, fence);
    const part = opening + rest.slice(0, at);
    const open = openFence(part);
    const piece = part + (open === undefined ? '' : `\n${runOf(open)}`);
    const excess = piece.trimEnd().length - limit;
    if (excess <= 0 || room <= 1) return { at, open, piece };
    room = Math.max(1, Math.min(room, at) - excess);
  }
}

function push(pieces: string[], piece: string): void {
  const trimmed = piece.trimEnd();
  if (trimmed !== '' || pieces.length === 0) pieces.push(trimmed);
}

/** Where to cut `text` so that the first part has at most `room` units. Always above 0. */
function cutAt(text: string, room: number, fence: string | undefined): number {
  const window = text.slice(0, room + 1);
  const least = Math.floor(room / 3);
  const breaks = fence === undefined ? ['\n\n', '\n', '. ', ' '] : ['\n'];
  for (const mark of breaks) {
    const at = window.lastIndexOf(mark, room - mark.trimEnd().length);
    // A cut inside a fence goes to a line end at most: half a sentence of code helps nobody.
    if (at > least) return at + (mark === '. ' ? 1 : 0);
  }
  let at = room;
  if (joined(text, at)) {
    while (at > least && joined(text, at)) at--;
    if (at <= least) at = room;
  }
  if (isLow(text.charCodeAt(at)) && isHigh(text.charCodeAt(at - 1))) at--;
  return Math.max(1, at);
}

function joined(text: string, at: number): boolean {
  const after = text.charCodeAt(at);
  return (
    (isLow(after) && isHigh(text.charCodeAt(at - 1))) ||
    after === 0x200d ||
    after === 0xfe0f ||
    text.charCodeAt(at - 1) === 0x200d
  );
}

const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** The opening line of the fence that `text` leaves open, by CommonMark's rule for fences. */
function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const line of text.split('\n')) {
    const marks = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (marks === null) continue;
    const [, run = '', info = ''] = marks;
    if (open === undefined) {
      if (run.startsWith('~') || !info.includes('`')) open = line.trim();
    } else if (info.trim() === '' && closes(run, open)) open = undefined;
  }
  return open;
}

const runOf = (fence: string) => /^(`+|~+)/.exec(fence)?.[0] ?? '```';
function closes(run: string, open: string): boolean {
  const opening = runOf(open);
  return run[0] === opening[0] && run.length >= opening.length;
}

/** A fence's opening line is repeated in every piece: an endless one is cut to its marks. */
function shortened(fence: string | undefined, limit: number): string | undefined {
  if (fence === undefined || fence.length <= limit / 4) return fence;
  return runOf(fence).slice(0, Math.floor(limit / 8));
}
