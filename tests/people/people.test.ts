import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeFrom, type PairingRecord, type PairingStore } from '../../gateway/core/people.ts';
import { People } from '../../gateway/people/people.ts';

class MemoryStore implements PairingStore {
  readonly #records = new Map<string, PairingRecord>();
  readonly #key = (w: { platform: string; account: string; id: string }) =>
    `${w.platform}/${w.account}/${w.id}`;
  async find(who: PairingRecord) {
    return this.#records.get(this.#key(who));
  }
  async put(record: PairingRecord) {
    this.#records.set(this.#key(record), record);
  }
  async remove(who: { platform: string; account: string; id: string }) {
    this.#records.delete(this.#key(who));
  }
  async all() {
    return [...this.#records.values()];
  }
}

const HOUR = 3_600_000;
const RULES = { owners: [1], allowed: ['2', -100], pairing: true };
const at = (chat: string, account = 'a') => ({ platform: 'telegram', account, chat });

function people() {
  let now = 1_700_000_000_000;
  const made = new People({ store: new MemoryStore(), now: () => now, randomBytes });
  const ask = made.authorise(RULES);
  return {
    made,
    wait: (ms: number) => {
      now += ms;
    },
    write: (id: string, chat = id, direct = true) => ask({ id, name: `n${id}` }, at(chat), direct),
  };
}

const codeIn = (said: unknown) =>
  /\/pair ([A-Z2-9]{8})/.exec((said as { say: string }).say)?.[1] ?? '';

describe('who may talk', () => {
  it('are the people and chats that the configuration names, and nobody else', async () => {
    const { write } = people();
    expect(await write('1')).toBe('owner');
    expect(await write('2')).toBe('guest');
    expect(await write('9', '-100', false)).toBe('guest');
    expect(await write('9', '-200', false)).toBe('ignore');
    const strict = new People({ store: new MemoryStore(), now: Date.now, randomBytes }).authorise({
      ...RULES,
      pairing: false,
    });
    expect(await strict({ id: '9' }, at('9'), true)).toBe('ignore');
  });

  it('is a stranger once an owner has approved the code', async () => {
    const { made, write } = people();
    const code = codeIn(await write('9'));
    expect(await write('9')).toBe('ignore');
    expect(await made.approve(`${code.slice(0, 4)}-${code.slice(4).toLowerCase()}`)).toMatchObject({
      id: '9',
      name: 'n9',
      state: 'approved',
    });
    expect(await write('9')).toBe('guest');
    await expect(made.approve(code)).rejects.toThrow('not known');
    await made.revoke({ ...at('9'), id: '9' });
    expect(await write('9')).not.toBe('guest');
  });

  it('R18 tells a stranger a code once a day, however often they write', async () => {
    const { made, wait, write } = people();
    const first = codeIn(await write('9'));
    expect(await Promise.all(Array.from({ length: 50 }, () => write('9')))).toEqual(
      Array(50).fill('ignore'),
    );
    wait(HOUR);
    await expect(made.approve(first)).rejects.toThrow('older than 60 minutes');
    expect(await write('9')).toBe('ignore');
    wait(23 * HOUR);
    expect(codeIn(await write('9'))).toMatch(/^[A-Z2-9]{8}$/);
  });

  it('tells two messages that come at once one code', async () => {
    const { write } = people();
    const said = await Promise.all([write('9'), write('9')]);
    expect(said.filter((s) => s === 'ignore')).toHaveLength(1);
  });

  it('tells codes to so many strangers an hour and no more', async () => {
    const { wait, write } = people();
    const said = [];
    for (let i = 0; i < 30; i++) said.push(await write(`s${i}`));
    expect(said.filter((s) => s !== 'ignore')).toHaveLength(20);
    wait(HOUR);
    expect(await write('s29')).not.toBe('ignore');
  });

  it('lets nobody find a code by trying', async () => {
    const { made, wait, write } = people();
    const code = codeIn(await write('9'));
    for (let i = 0; i < 30; i++) await made.approve('WRONGONE').catch(() => {});
    await expect(made.approve(code)).rejects.toThrow('too many codes');
    wait(HOUR - 1);
    await expect(made.approve(code)).rejects.toThrow();
  });

  it('R31 keeps accounts apart: being let in on one lets nobody in on another', async () => {
    const { made, write } = people();
    await made.approve(codeIn(await write('9')));
    const other = await made.authorise(RULES)({ id: '9' }, at('9', 'other'), true);
    expect(other).not.toBe('guest');
  });

  it('makes codes of letters that nobody mistakes, all equally likely', () => {
    const seen = new Map<string, number>();
    for (let i = 0; i < 2000; i++) {
      for (const letter of codeFrom(randomBytes(64))) seen.set(letter, (seen.get(letter) ?? 0) + 1);
    }
    expect([...seen.keys()].sort().join('')).toBe('23456789ABCDEFGHJKMNPQRSTUVWXYZ');
    expect(Math.max(...seen.values()) / Math.min(...seen.values())).toBeLessThan(1.6);
  });
});
