/**
 * Messages as long as people's, the same in each run. Our own choice, since no public count of lengths could be
 * checked: of thirty, twenty-four are a line or two, five a paragraph or more, one is text that was pasted.
 */
export function messageOf(i: number): string {
  // 7919 is prime: the lengths come in no order.
  const nth = (i * 7919) % 30;
  const part = ((i * 104_729) % 1000) / 1000;
  if (nth < 24) return textOf(20 + part * 180);
  return nth < 29 ? textOf(200 + part * 1000) : textOf(2000 + part * 6000);
}

const WORDS =
  'could you look at the third chapter again and tell me whether its figures still agree with ';

/** A text of so many characters. */
export function textOf(length: number): string {
  return WORDS.repeat(Math.ceil(length / WORDS.length)).slice(0, Math.round(length));
}
