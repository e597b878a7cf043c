import { expect, it } from 'vitest';
import { HOOK_EVENTS, type Hook, type HookPayload, Hooks } from '../../gateway/hooks/hooks.ts';
import { eventually } from '../harness/eventually.ts';
import { startGateway } from '../harness/gateway.ts';

/** A gateway with a hook on everything, and what that hook was told. */
async function told(more: { failing?: boolean } = {}) {
  const payloads: HookPayload[] = [];
  const failures: string[] = [];
  const hook: Hook = {
    name: 'ledger',
    events: new Set(HOOK_EVENTS),
    run: async (payload) => {
      payloads.push(payload);
      if (more.failing) throw new Error('no');
    },
  };
  const hooks = new Hooks([hook], (name, event) => failures.push(`${name} ${event}`));
  const g = await startGateway({ parts: () => ({ hooks }) });
  const names = () => payloads.map((p) => p.event);
  return { ...g, payloads, names, failures };
}

it('tells of sessions, turns, drain and stop, each once and in order, the sessions’ end at shutdown included', async () => {
  const g = await told();
  await g.ask('one');
  await g.ask('two');
  await g.ask('/new');
  await g.ask('three');
  await g.ask('elsewhere', { chat: 'other' });
  await g.gateway.stop(false);
  expect(g.names()).toEqual([
    'session:start',
    'turn:start',
    'turn:end',
    'turn:start',
    'turn:end',
    'session:end',
    'session:reset',
    'session:start',
    'turn:start',
    'turn:end',
    'session:start',
    'turn:start',
    'turn:end',
    'gateway:drain',
    'session:end',
    'session:end',
    'gateway:stop',
  ]);
  const ends = g.payloads.filter((p) => p.event === 'session:end');
  expect(ends.map((p) => [p.why, p.chat])).toEqual([
    ['reset', 'chat'],
    ['stopped', 'chat'],
    ['stopped', 'other'],
  ]);
  expect(new Set(ends.map((p) => p.session)).size).toBe(3);
});

it('ends no session in a hand-over: the successor goes on with it', async () => {
  const g = await told();
  await g.ask('one');
  await g.gateway.leave({ ending: { why: 'handed-over' }, timeout: 1000, force: false });
  expect(g.names().slice(3)).toEqual(['gateway:drain', 'gateway:stop']);
  expect(g.payloads.at(-1)).toMatchObject({ why: 'handed-over' });
});

it('tells of a drain that somebody ordered, once', async () => {
  const g = await told();
  await g.gateway.operations.drain({ by: 'me' });
  await g.gateway.operations.drain({ by: 'me' });
  expect(g.payloads).toMatchObject([{ event: 'gateway:drain', why: 'paused' }]);
});

it('goes on, and stops in good order, when every hook fails', async () => {
  const g = await told({ failing: true });
  expect(await g.ask('one')).toMatchObject({ outcome: 'answered' });
  await g.gateway.stop(false);
  expect(g.failures).toEqual(g.names().map((event) => `ledger ${event}`));
});

it('never waits for a hook that hangs longer than a step of the stop may take', async () => {
  const signals: AbortSignal[] = [];
  const hook: Hook = {
    name: 'stuck',
    events: new Set(HOOK_EVENTS),
    run: (_, signal) => {
      signals.push(signal);
      return new Promise(() => {});
    },
  };
  const hooks = new Hooks([hook], () => {});
  const g = await startGateway({ parts: () => ({ hooks }), settings: { stopStep: 100 } });
  await g.ask('one');
  await g.gateway.stop(false);
  expect(signals.length).toBeGreaterThan(0);
  expect(signals.every((signal) => signal.aborted)).toBe(true);
});

it('runs a few hooks side by side, the rest afterwards, and says what is too many', async () => {
  const failures: string[] = [];
  let most = 0;
  let running = 0;
  let all = 0;
  const open: (() => void)[] = [];
  const hook: Hook = {
    name: 'slow',
    events: new Set(['turn:end']),
    run: async () => {
      most = Math.max(most, ++running);
      all++;
      await new Promise<void>((done) => open.push(done));
      running--;
    },
  };
  const hooks = new Hooks([hook], (_, __, error) => failures.push((error as Error).message));
  for (let i = 0; i < 1100; i++) hooks.fire({ event: 'turn:end', at: i });
  await eventually('some run', () => open.length === 8);
  const done = hooks.settled();
  while (all < 1008 || running > 0) {
    for (const end of open.splice(0)) end();
    await new Promise((next) => setImmediate(next));
  }
  await done;
  expect(most).toBe(8);
  expect(failures).toHaveLength(92);
  expect(failures[0]).toContain('too many events');
});
