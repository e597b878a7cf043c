import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import type { Order } from '../../gateway/core/order.ts';
import { ask, get, post, replyOf } from '../harness/ask.ts';
import { type Daemon, startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';

function ended(daemon: Daemon, id: string): Promise<Order> {
  return daemon.until('ends the order', async () => {
    const order = await daemon.client.order(id).catch(() => undefined);
    return order?.state === 'open' ? undefined : order;
  });
}

function journalOf(daemon: Daemon): DatabaseSync {
  return new DatabaseSync(join(daemon.home, 'journal.db'), { timeout: 5_000 });
}

/** What is wrong with the successor, how it is mended, and what its refusal names. */
const FAULTS: readonly {
  readonly what: string;
  readonly plant: (daemon: Daemon) => void;
  readonly mend: (daemon: Daemon) => void;
  readonly says: RegExp;
}[] = [
  {
    what: 'a wrong configuration',
    plant: (d) => d.configure('agent:\n  turn_timeuot: 600\n'),
    mend: (d) => d.configure(''),
    says: /turn_timeuot/,
  },
  {
    what: 'an agent that is not installed',
    plant: (d) => d.configure('agents:\n  demo: { type: process, command: [no-such-agent] }\n'),
    mend: (d) => d.configure(''),
    says: /no-such-agent/,
  },
  {
    what: 'a credential that is not there',
    plant: (d) => d.configure('platforms:\n  telegram: { token_env: NOT_THERE }\n'),
    mend: (d) => d.configure(''),
    says: /NOT_THERE/,
  },
  {
    what: 'a version older than the journal',
    plant: (d) => schema(d, 1),
    mend: (d) => schema(d, -1),
    says: /newer version/,
  },
];

function schema(daemon: Daemon, by: number): void {
  const db = journalOf(daemon);
  const { user_version: now } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  db.exec(`PRAGMA user_version = ${now + by}`);
  db.close();
}

it('R08 R12 R14 a successor that cannot serve is refused with the reason, whatever it is, and the old one serves on', async () => {
  const daemon = await startDaemon();
  const before = await daemon.status();
  for (const { what, plant, mend, says } of FAULTS) {
    plant(daemon);
    const { id } = await daemon.client.restart({ by: 'test' });
    const order = await ended(daemon, id);
    mend(daemon);
    expect(order, what).toMatchObject({ state: 'refused' });
    expect(order.reason, what).toMatch(says);
    const after = await daemon.status();
    expect(after).toMatchObject({ instance: before.instance, ready: true, state: 'running' });
    expect(after.restart).toMatchObject({ id, state: 'refused' });
    expect(replyOf(await ask(daemon.port, { text: `/say ${what}` }))).toBe(what);
  }
  const { id } = await daemon.client.restart({ by: 'test' });
  expect(await ended(daemon, id)).toMatchObject({ state: 'done' });
}, 60_000);

it('R08 while the journal is locked a hand-over waits, and can be taken back; what came meanwhile is answered', async () => {
  const daemon = await startDaemon();
  const { instance } = await daemon.status();
  const { id } = await daemon.client.restart({ by: 'test' });
  const db = journalOf(daemon);
  db.exec('BEGIN IMMEDIATE');
  await daemon.said(/generation 2 starts/);
  const message = ask(daemon.port, { text: '/say patience', session: 'patient' });
  const cancelling = daemon.client.cancelRestart();
  await daemon.said(/hand-over \S+ cancelled/);
  db.exec('ROLLBACK');
  db.close();
  expect(await cancelling).toMatchObject({ id, state: 'cancelled' });
  expect(replyOf(await message)).toBe('patience');
  expect(await daemon.status()).toMatchObject({ instance, ready: true });
});

it('R09 a restart by the agent’s own tool: the turn ends, its reply arrives, then its chat is told once', async () => {
  const main = fileURLToPath(new URL('../../gateway/main.ts', import.meta.url));
  const program = fileURLToPath(new URL('../fakes/agents/restarter.ts', import.meta.url));
  const command = JSON.stringify([process.execPath, program, main]);
  const daemon = await startDaemon({
    config: `agents:
  demo: { type: demo }
  tool: { type: process, command: ${command} }
routes:
  - { platform: web, chat: room, agent: tool }
`,
  });
  const message = JSON.stringify({
    clientId: 'client-0001',
    chat: 'room',
    text: 'restart, please',
  });
  const sent = await post(daemon.port, '/api/messages', message);
  const { session } = JSON.parse(sent.body) as { session: string };
  const backs = async () => {
    const { said } = JSON.parse((await get(daemon.port, '/api/snapshot')).body) as {
      said: { text: string; at: number }[];
    };
    return said.filter((s) => s.text.startsWith('I am back'));
  };
  const [back] = (await eventually(
    'the chat is told',
    async () => {
      const told = await backs().catch(() => []);
      return told.length > 0 && told;
    },
    20_000,
  )) as { text: string; at: number }[];
  expect(back?.text).toMatch(/^I am back: restarted in \d+\.\d s, nothing lost\.$/);
  const lines = await daemon.client.transcript(session, { limit: 10 });
  const reply = lines.find((line) => line.role === 'assistant');
  expect(reply?.text).toBe('Restarting. It is restarted.');
  expect(reply?.at).toBeLessThanOrEqual(back?.at as number);
  await daemon.untilStatus('is alone', (s) => s.generation === 2 && s.others.length === 0);
  expect(await backs()).toHaveLength(1);
});
