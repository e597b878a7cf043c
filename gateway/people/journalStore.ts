import type { JsonValue } from '../core/message.ts';
import { type PairingRecord, type PairingStore, TOLD_EVERY } from '../core/people.ts';

/** The part of the journal that pairings need. */
export interface NamedValues {
  cursor(name: string): Promise<JsonValue | undefined>;
  setCursor(name: string, value: JsonValue): Promise<void>;
}

const NAME = 'people:pairings';
/** More than this many open codes are never kept: the oldest go. */
const ASKED_KEPT = 500;

/**
 * Pairings as one named value of the journal, so that every instance of a home knows them. Changes of
 * one instance follow each other; two instances at once (during a hand-over) could lose one, which
 * costs a stranger a second request.
 */
export function journalPairings(values: NamedValues, now: () => number): PairingStore {
  let last: Promise<unknown> = Promise.resolve();
  const read = async () => ((await values.cursor(NAME)) ?? []) as unknown as PairingRecord[];
  const same = (a: Who, b: Who) =>
    a.platform === b.platform && a.account === b.account && a.id === b.id;

  function change(edit: (records: PairingRecord[]) => PairingRecord[]): Promise<void> {
    const done = last.then(async () => {
      const fresh = edit(await read()).filter(
        (r) => r.state === 'approved' || now() - r.at < TOLD_EVERY,
      );
      const asked = fresh.filter((r) => r.state === 'asked').slice(-ASKED_KEPT);
      const approved = fresh.filter((r) => r.state === 'approved');
      await values.setCursor(NAME, [...approved, ...asked] as unknown as JsonValue);
    });
    last = done.catch(() => {});
    return done;
  }

  return {
    find: async (who) => (await read()).find((r) => same(r, who)),
    put: (record) => change((all) => [...all.filter((r) => !same(r, record)), record]),
    remove: (who) => change((all) => all.filter((r) => !same(r, who))),
    all: read,
  };
}

type Who = Pick<PairingRecord, 'platform' | 'account' | 'id'>;
