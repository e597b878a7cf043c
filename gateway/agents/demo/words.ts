/** What a message asks of the demo agent: a word at its start, a number and the rest of the text. */
export interface DemoOrder {
  readonly word: 'busy' | 'fail' | 'hang' | 'stubborn' | 'ask' | 'loop' | 'say' | 'long' | 'echo';
  readonly n: number;
  readonly rest: string;
}

/** Number given when none or a senseless one was said, and the largest one taken. */
const NUMBERS: Partial<
  Record<DemoOrder['word'], { readonly usual: number; readonly most: number }>
> = {
  busy: { usual: 5, most: 86_400 },
  stubborn: { usual: 10, most: 86_400 },
  long: { usual: 100, most: 1_000_000 },
};

const ORDER = /^\/(busy|fail|hang|stubborn|ask|loop|say|long)(?:\s([\s\S]*))?$/;

/** Reads a message. Anything that is no order is echoed. */
export function readOrder(text: string): DemoOrder {
  const match = ORDER.exec(text);
  if (match === null) return { word: 'echo', n: 0, rest: text };
  const word = match[1] as DemoOrder['word'];
  const rest = match[2] ?? '';
  const limits = NUMBERS[word];
  if (limits === undefined) return { word, n: 0, rest };
  const said = word === 'long' ? Number.parseInt(rest, 10) : Number.parseFloat(rest);
  const n = Number.isNaN(said) || said < 0 ? limits.usual : Math.min(said, limits.most);
  return { word, n, rest };
}

/** Cuts a text into words with their blanks, so that it can be streamed; joined, they are the text again. */
export function wordsOf(text: string): readonly string[] {
  // Never splits a surrogate pair (flag u); a very long word comes in parts.
  return text.match(/\s*\S{1,512}\s*/gu) ?? (text === '' ? [] : [text]);
}
