import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Input, linesOf } from '../../../scripts/notes/changes.ts';
import { neededOf } from '../../../scripts/notes/needed.ts';
import { cancelled, type Revertible } from '../../../scripts/notes/reverts.ts';
import { person } from '../support.ts';

const PEOPLE = [person('ada'), person('bo')];
const shaOf = (at: number) => at.toString(16).padStart(2, '0').repeat(20);

const subject = fc.oneof(
  fc.constantFrom(
    'feat: x',
    'fix(a)!: y',
    'Reapply "feat: x"',
    'back out the cache',
    'Revert "feat: x (#2)"',
    'tidy',
    '',
  ),
  fc.nat(5).map((at) => `Revert ${shaOf(at).slice(0, 9)}`),
  fc.nat(5).map((at) => `fix: part ${at} (#${at})`),
);
const body = fc.constantFrom(
  ...[0, 1, 2, 3, 4, 5].flatMap((at) => [
    `This reverts commit ${shaOf(at)}.`,
    `This reverts commit ${shaOf(at).slice(0, 8)}.`,
    `(cherry picked from commit ${shaOf(at)})`,
    `Reverts #${at}`,
  ]),
  'BREAKING CHANGE: the key is gone',
  'some words\nbreaking-change: another\n\nSigned-off-by: Bo <bo@home.example>',
  'Closes #3',
  '',
);
const changes = fc
  .array(fc.tuple(subject, fc.array(body, { maxLength: 2 }), fc.nat(1)), { maxLength: 6 })
  .map((list) =>
    list.map(([first, rest, who], at): Input => {
      const pr = /\(#(\d+)\)$/.exec(first)?.[1];
      return {
        sha: shaOf(at),
        subject: first,
        message: [first, ...rest].join('\n\n'),
        people: [PEOPLE[who]!],
        ...(pr === undefined ? {} : { pr: Number(pr) }),
      };
    }),
  );

test('notes made of what is kept of each message are those made of all of it', () => {
  fc.assert(
    fc.property(changes, (list) => {
      const kept = list.map((each) => ({ ...each, message: neededOf(each.subject, each.message) }));
      expect(linesOf(kept)).toEqual(linesOf(list));
    }),
    { numRuns: 2000 },
  );
});

test('what reverts take back is what a search of all commits for each of them finds', () => {
  const merged = new Map([0, 2, 3].map((at) => [shaOf(at), { pr: 3, sha: shaOf(at % 3) }]));
  fc.assert(
    fc.property(changes, (list) => {
      expect([...cancelled(list, merged)]).toEqual([...plain(list, merged)]);
    }),
    { numRuns: 2000 },
  );
});

/** Slow, and as the rule is said: each revert looks through all commits, the oldest word for a commit first. */
function plain(
  list: readonly Revertible[],
  merged: ReadonlyMap<string, { pr: number; sha: string }>,
) {
  const gone = new Set<Revertible>();
  const shasOf = ({ sha }: Revertible) => [sha, merged.get(sha)?.sha];
  for (const [place, change] of list.entries()) {
    const says = /\b(?:re-?vert|re-?apply|re-?land|back(?:s|ed|ing)? ?out|undo)/i;
    if (gone.has(change) || !says.test(change.subject)) continue;
    const named = [...change.message.matchAll(/\bThis reverts commit ([0-9a-f]{7,40})/g)].map(
      (match) => match[1]!,
    );
    const short = /^Revert ([0-9a-f]{7,40})\b/i.exec(change.subject)?.[1];
    if (short !== undefined) named.push(short);
    let targets: Revertible[];
    if (named.length > 0) {
      targets = named.flatMap((sha) => {
        const whole = list.flatMap(shasOf).find((each) => each?.startsWith(sha));
        return list.filter((each) => whole !== undefined && shasOf(each).includes(whole));
      });
    } else {
      const quoted = /^(?:Revert|Reapply) "(.*)"/.exec(change.subject)?.[1];
      const number =
        quoted && (/\(#(\d+)\)$/.exec(quoted)?.[1] ?? /^Reverts #(\d+)/m.exec(change.message)?.[1]);
      targets = list.filter(
        (each) => number && [each.pr, merged.get(each.sha)?.pr].includes(Number(number)),
      );
    }
    const taken = targets.filter((each) => list.indexOf(each) > place && !gone.has(each));
    for (const each of taken) gone.add(each);
    if (taken.length > 0) gone.add(change);
  }
  return gone;
}
