import type { Journal } from '../../gateway/journal/journal.ts';
import {
  answered,
  HOUR,
  join as joinAs,
  message,
  names,
  photo,
  reply,
  starting,
  T0,
  turnOf,
  waiting,
} from './builders.ts';

const DAY = 24 * HOUR;
/** No half of a surrogate pair: SQLite keeps none. */
const ODD = 'a\u0000b \uE0FFm \\u0000 "ä" 😀\n';

/** Everything that a journal can hold of people's work, in the midst of it. */
export async function fill(journal: Journal): Promise<void> {
  await joinAs(journal, 'i1');
  for (let i = 0; i < 3; i++) {
    const turn = turnOf(await journal.accept(message(`old${i}`, 'old'), starting()));
    const end = await journal.endTurn(turn, answered(turn, { sender: 'i1' }));
    if (end.accepted)
      await journal.settleOutbox([{ id: end.outbox[0]?.id ?? '', state: 'sent' }], T0 + 2);
  }
  await journal.forget({ before: T0 + DAY, limit: 100 });
  const done = turnOf(await journal.accept(message('done', 'a', { text: ODD }), starting()));
  await journal.step(done, {
    id: 's1',
    name: 'read',
    argsHash: 'h',
    state: 'started',
    attempt: 1,
    startedAt: T0,
  });
  await journal.saveAgentState(done, { session: ODD });
  await journal.endTurn(
    done,
    answered(done, { usage: { inputTokens: 3, outputTokens: 4, cost: 0.1 } }),
  );
  await journal.claimOutbox({
    platform: 'web',
    account: 'main',
    holder: 'i1',
    now: T0 + 2,
    limit: 1,
  });
  const runs = turnOf(await journal.accept(message('runs', 'b'), starting()));
  await journal.accept(message('waits', 'b'), waiting());
  await journal.accept(photo('p1', 'c'), waiting());
  await journal.accept(photo('p2', 'c'), waiting());
  await journal.accept(message('once', 'b', { kind: 'command', atOnce: true, text: '/status' }), {
    ...waiting(),
    holder: 'i1',
    cursor: { name: 'web/main', value: { offset: 7 } },
  });
  await journal.direct({
    id: 'd1',
    to: 'i1',
    turn: runs.turn,
    kind: 'steer',
    payload: { text: 'x' },
    now: T0,
  });
  const dies = turnOf(await journal.accept(message('dies', 'd'), starting()));
  await journal.endTurn(dies, {
    ...answered(dies, { outbound: [], transcript: [] }),
    end: 'failed',
    outcome: 'dead',
    error: 'broken',
  });
  await journal.prepare(
    [reply('done', 'a', { id: 'lost' }), reply('done', 'a', { id: 'due' })],
    T0,
  );
  await journal.settleOutbox([{ id: 'lost', state: 'failed', error: 'gone' }], T0 + 3);
  await journal.order({
    id: 'o1',
    kind: 'restart',
    by: 'cli',
    force: false,
    createdAt: T0,
    deadline: T0 + HOUR,
    state: 'open',
  });
  await journal.updateSession((await journal.sessions({ limit: 1 }))[0]?.id ?? '', { title: ODD });
}

/** What users and operators would ask of it. */
export async function told(journal: Journal) {
  return {
    counts: await journal.counts(),
    queued: await journal.queued({ limit: 50 }),
    outbox: await journal.outbox({ limit: 50 }),
    dead: await journal.deadLetters(50),
    // Those of one moment have no order.
    sessions: (await journal.sessions({ limit: 50 })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    cursor: await journal.cursor('web/main'),
    orders: await journal.orders({ limit: 5 }),
    done: await journal.message('done'),
    trace: await names(journal, 'runs'),
    again: await journal.replyOf('done'),
  };
}
