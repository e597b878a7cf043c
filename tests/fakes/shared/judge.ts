/** A message of the bot as people see it: its last text, in the place where it first appeared. */
export interface Delivered {
  readonly chat: string;
  readonly id: string;
  readonly text: string;
}

/** What a fake platform saw, in the order in which it saw it. */
export interface Ledger {
  readonly delivered: readonly Delivered[];
  /** Requests that the platform does not understand, as one line each. */
  readonly strange: readonly string[];
}

/** A message that a person sent; its reply is known by the mark that it repeats. */
export interface Asked {
  readonly chat: string;
  readonly mark: string;
}

export interface Verdict {
  readonly lost: number;
  readonly duplicated: number;
  readonly reordered: number;
  readonly unexpected: number;
  readonly unknown: number;
  /** Of the duplicates, how many say that they may be a repeat. */
  readonly marked: number;
}

/**
 * Judges a run by the platform's ledger alone. Marks must not contain one another.
 * `notices` are texts of the gateway's own that may appear.
 */
export function judge(
  asked: readonly Asked[],
  ledger: Ledger,
  notices: readonly RegExp[] = [],
): Verdict {
  let lost = 0;
  let duplicated = 0;
  let marked = 0;
  let reordered = 0;
  const wanted = new Set(asked.map(({ chat, mark }) => `${chat}\0${mark}`));
  const markIn = (text: string) => asked.filter(({ mark }) => text.includes(mark));
  for (const { chat, mark } of asked) {
    const hits = ledger.delivered.filter((d) => d.chat === chat && d.text.includes(mark));
    if (hits.length === 0) lost++;
    duplicated += Math.max(0, hits.length - 1);
    marked += hits.filter((hit) => hit.text.includes('may have seen this before')).length;
  }
  for (const chat of new Set(asked.map((a) => a.chat))) {
    const order = asked.filter((a) => a.chat === chat).map((a) => a.mark);
    const seen = ledger.delivered
      .filter((d) => d.chat === chat)
      .flatMap((d) => order.filter((mark) => d.text.includes(mark)));
    const first = seen.filter((mark, i) => seen.indexOf(mark) === i);
    let last = -1;
    for (const mark of first) {
      const at = order.indexOf(mark);
      if (at < last) reordered++;
      last = Math.max(last, at);
    }
  }
  const unexpected = ledger.delivered.filter((d) => {
    const marks = markIn(d.text);
    if (marks.some(({ mark }) => wanted.has(`${d.chat}\0${mark}`))) return false;
    return marks.length > 0 || !notices.some((notice) => notice.test(d.text));
  }).length;
  return { lost, duplicated, reordered, unexpected, unknown: ledger.strange.length, marked };
}

/** What the gateway itself may say around a restart (`delivery/notices.ts`). */
export const NOTICES: readonly RegExp[] = [
  /^Got it\. I am restarting/,
  /^Got it\. I am paused/,
  /^Restarting/,
  /^Back again/,
  /^I am back/,
  /^Queued/,
];

/** Notices that were said more than once in a chat. */
export function repeatedNotices({ delivered }: Ledger): string[] {
  const said = delivered
    .filter((d) => NOTICES.some((notice) => notice.test(d.text)))
    .map((d) => `${d.chat}: ${d.text}`);
  return said.filter((one, i) => said.indexOf(one) !== i);
}
