import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../gateway/core/message.ts';
import type { PairingRecord } from '../../gateway/core/people.ts';
import { journalPairings } from '../../gateway/people/journalStore.ts';

const DAY = 86_400_000;
const record = (
  id: string,
  at: number,
  state: PairingRecord['state'] = 'asked',
): PairingRecord => ({
  platform: 'telegram',
  account: 'a',
  id,
  state,
  at,
  ...(state === 'asked' ? { code: `CODE${id}` } : {}),
});

function stores() {
  const values = new Map<string, JsonValue>();
  const journal = {
    cursor: async (name: string) => values.get(name),
    setCursor: async (name: string, value: JsonValue) => {
      await new Promise((done) => setImmediate(done));
      values.set(name, value);
    },
  };
  let now = 0;
  return {
    journal,
    open: () => journalPairings(journal, () => now),
    wait: (ms: number) => {
      now += ms;
    },
  };
}

describe('pairings in the journal', () => {
  it('outlive the instance that made them, also when several are made at once', async () => {
    const { open } = stores();
    const first = open();
    await Promise.all([
      first.put(record('1', 0)),
      first.put(record('2', 0)),
      first.put(record('1', 5, 'approved')),
    ]);
    const second = open();
    expect(await second.find({ platform: 'telegram', account: 'a', id: '1' })).toEqual(
      record('1', 5, 'approved'),
    );
    expect((await second.all()).length).toBe(2);
    await second.remove({ platform: 'telegram', account: 'a', id: '1' });
    expect((await first.all()).map((r) => r.id)).toEqual(['2']);
  });

  it('forget codes after a day and people never, and do not grow without end', async () => {
    const { open, wait } = stores();
    const store = open();
    await store.put(record('old', 0));
    await store.put(record('friend', 0, 'approved'));
    wait(DAY);
    for (let i = 0; i < 510; i++) await store.put(record(`s${i}`, DAY));
    const ids = (await store.all()).map((r) => r.id);
    expect(ids).toContain('friend');
    expect(ids).not.toContain('old');
    expect(ids.length).toBe(501);
  });
});
