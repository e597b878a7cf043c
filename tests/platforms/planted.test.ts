import { describe, expect, it } from 'vitest';
import type { Outbound } from '../../gateway/core/outbox.ts';
import type { Platform, SendResult } from '../../gateway/platforms/platform.ts';
import { type Asked, judge } from '../fakes/shared/judge.ts';
import { eventually } from '../harness/eventually.ts';
import { GUEST, OWNER, onStage, THEATRES, type Theatre } from './stage.ts';
import { SPOTLESS } from './town.ts';

type Send = (row: Outbound) => Promise<SendResult>;

/** Bugs that a gateway could have, each planted between it and its platform. */
const BUGS: Readonly<Record<string, (send: Send, theatre: Theatre) => Send>> = {
  lost: (send) => async (row) => (row.text.includes('mark-1.') ? { ok: true } : send(row)),
  duplicated: (send) => async (row) => {
    if (row.text.includes('mark-1.')) await send({ ...row, id: `${row.id}-again` });
    return send(row);
  },
  reordered: (send) => {
    let held: Outbound | undefined;
    return async (row) => {
      if (row.text.includes('mark-0.')) {
        held = row;
        return { ok: true };
      }
      const sent = await send(row);
      if (held !== undefined && row.address.chat === held.address.chat) {
        await send(held);
        held = undefined;
      }
      return sent;
    };
  },
  unexpected: (send) => async (row) => {
    if (row.text.includes('mark-1.'))
      await send({ ...row, id: `${row.id}-x`, text: 'nobody asked for this' });
    return send(row);
  },
  unknown: (send, theatre) => async (row) => {
    const path =
      theatre.name === 'telegram' ? 'bot4242:telegram-token-of-a-test/sendFax' : 'api/v10/fax';
    const authorization = 'Bot discord.token-of.a-test';
    await fetch(`${theatre.url}/${path}`, { method: 'POST', headers: { authorization } });
    return send(row);
  },
};

describe.each(Object.entries(THEATRES))('the judge of %s', (_name, open) => {
  it.each(Object.keys(BUGS))('sees a planted bug: %s', async (count) => {
    const theatre = await open();
    const wrap = (adapter: Platform): Platform => {
      const signal = new AbortController().signal;
      const send = BUGS[count]?.((row) => adapter.send(row, signal), theatre) as Send;
      return { ...adapter, send };
    };
    const { journal } = await onStage(theatre, { wrap, settings: { busyMode: 'queue' } });
    const asked: Asked[] = [];
    for (const person of [OWNER, OWNER, GUEST]) {
      const mark = `mark-${asked.length}.`;
      asked.push({ chat: theatre.chatOf(person), mark });
      await theatre.say(person, { text: `/say ${mark}` });
    }
    await eventually('the gateway thinks that all is sent', async () => {
      const rows = await journal.outbox({ limit: 10 });
      return rows.length === asked.length && rows.every((row) => row.state === 'sent');
    });
    const verdict = judge(asked, await theatre.ledger());
    const once = { ...verdict, unknown: Math.min(1, verdict.unknown) };
    expect(once).toEqual({ ...SPOTLESS, [count]: 1 });
  });

  it('finds nothing where none is planted', async () => {
    const theatre = await open();
    await onStage(theatre, { settings: { busyMode: 'queue' } });
    const asked = [0, 1, 2].map((i) => ({ chat: theatre.chatOf(GUEST), mark: `mark-${i}.` }));
    for (const { mark } of asked) await theatre.say(GUEST, { text: `/say ${mark}` });
    await eventually('all answered', async () => judge(asked, await theatre.ledger()).lost === 0);
    expect(judge(asked, await theatre.ledger())).toEqual(SPOTLESS);
  });
});
