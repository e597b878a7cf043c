import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { type Machine, startFleet } from '../harness/fleet.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import type { Follower } from '../platforms/web/sse.ts';

vi.setConfig({ testTimeout: 90_000 });

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.end());

const FAKE = new URL('../fakes/agents/acpAgent.ts', import.meta.url).pathname;
const CONFIG = `
agent: { default: fake }
agents:
  fake: { type: acp, command: [${process.execPath}, ${FAKE}] }
`;

/** What was answered to a message, and the instance that ran it. */
async function answerTo(machine: Machine, page: Follower, message: string) {
  await eventually(
    'it is answered',
    () => page.of('settled').find((e) => e.data.message === message),
    40_000,
  );
  const { events } = (await (await fetch(`${machine.at}/api/messages/${message}`)).json()) as {
    events: { name: string; detail?: { instance?: string } }[];
  };
  const started = events.findLast((event) => event.name === 'started');
  const turn = page.of('started').findLast((e) => (e.data.messages as string[]).includes(message));
  const text = page
    .of('text')
    .filter((e) => e.data.turn === turn?.data.turn)
    .map((e) => e.data.delta)
    .join('');
  return { instance: started?.detail?.instance, text };
}

it('R33 a conversation with an agent of its own machine stays there, and goes on elsewhere when that is gone', async () => {
  const [a, b] = (await startFleet(server.url, 'affinity', 2, CONFIG)) as [Machine, Machine];
  const page = a.look();
  const { instance } = await b.daemon.status();
  const first = await answerTo(a, page, await b.say('chat', 'one'));
  expect(first.instance).toBe(instance);
  const second = await answerTo(a, page, await a.say('chat', 'two'));
  expect(second).toEqual({ instance, text: 'you said two' });

  for (const pid of b.daemon.pids()) process.kill(pid, 'SIGKILL');
  const third = await answerTo(a, page, await a.say('chat', 'three'));
  expect(third.instance).toBe((await a.daemon.status()).instance);
  // The new session is told what was said.
  expect(third.text).toContain('one');
  expect(third.text).toContain('two');
  const moved = await eventually('it is said', () =>
    page.of('said').find((e) => /machine that I worked on is gone/.test(e.data.text as string)),
  );
  expect(moved.data.kind).toBe('notice');
  const fourth = await answerTo(a, page, await a.say('chat', 'four'));
  expect(fourth.text).toBe('you said four');
  expect(page.of('said')).toHaveLength(1);
});
