import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { statusLines } from '../../gateway/cli/text/statusText.ts';
import { eventually } from '../harness/eventually.ts';
import { Machine, startFleet } from '../harness/fleet.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import type { Follower } from '../platforms/web/sse.ts';

let server: PostgresServer;
let schemas = 0;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.end());

vi.setConfig({ testTimeout: 90_000 });
const fleet = (machines = 2) => startFleet(server.url, `fleet_${schemas++}`, machines);
const events = (page: Follower, type: string, turn?: string) =>
  page.of(type).filter((e) => turn === undefined || e.data.turn === turn);
const started = (page: Follower, attempt = 1) =>
  eventually(
    'the page sees the turn start',
    () => page.of('started').find((e) => e.data.attempt === attempt),
    30_000,
  );
const settled = (page: Follower, message: string, withinMs = 30_000) =>
  eventually(
    'the page sees the outcome',
    () => page.of('settled').find((e) => e.data.message === message),
    withinMs,
  );

describe('R33 a turn of another machine, seen here', () => {
  it('streams its text, steps and questions to a page', async () => {
    const [a, b] = (await fleet()) as [Machine, Machine];
    const page = a.look();
    const message = await b.say('chat', '/busy 2');
    const { data } = await started(page);
    await eventually('a step is seen while it runs', () =>
      events(page, 'step', data.turn as string).find(
        (e) => (e.data.step as { state: string }).state === 'started',
      ),
    );
    expect(page.of('settled')).toEqual([]);
    await settled(page, message);
    expect(
      events(page, 'text')
        .map((e) => e.data.delta)
        .join(''),
    ).toContain('Done.');

    const asking = await b.say('other', '/ask Shall I?');
    const asked = await eventually('the question is seen', () => page.of('asked')[0]);
    const { id, options } = asked.data.question as { id: string; options: { id: string }[] };
    await a.post(`/api/turns/${asked.data.turn}/answer`, { question: id, option: options[0]?.id });
    await settled(page, asking);
  });

  it('streams to an HTTP caller whose turn runs there', async () => {
    const [a, b] = (await fleet()) as [Machine, Machine];
    const page = a.look();
    // The lane is held there, and whoever ends a turn starts the next of its lane.
    const first = b.stream('s', '/busy 1');
    await started(page);
    const pieces = await a.stream('s', '/busy 2');
    await first;
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join('')).toContain('Done.');
    const ran = await b.daemon.status();
    expect((await a.daemon.status()).instance).not.toBe(ran.instance);
  });

  it('obeys a stop, a newer message and a text that are given here', async () => {
    const [a, b] = (await fleet()) as [Machine, Machine];
    const page = a.look();
    const stopped = await b.say('one', '/busy 60');
    const { data } = await started(page);
    const begun = performance.now();
    await a.post(`/api/turns/${data.turn}/stop`, {});
    const outcome = await settled(page, stopped);
    expect(outcome.data.outcome).toBe('cancelled');
    expect(performance.now() - begun).toBeLessThan(1_500);

    const interrupted = await b.say('two', '/busy 60');
    await eventually('it runs', () => page.of('started').length === 2);
    const next = await a.say('two', '/say instead');
    expect((await settled(page, interrupted)).data.outcome).toBe('cancelled');
    expect((await settled(page, next)).data.outcome).toBe('answered');
  });
});

describe('R33 a machine that is not heard', () => {
  const tampered = async (change: string) => {
    const schema = `fleet_${schemas++}`;
    const b = new Machine(server.url, schema);
    await b.daemon.ready();
    const sql = postgres(server.url, { max: 1, onnotice: () => {} });
    await sql.unsafe(`UPDATE ${schema}.instances SET peer = ${change}`);
    await sql.end();
    const a = new Machine(server.url, schema);
    await a.daemon.ready();
    return { a, b };
  };

  it.each([
    ['another key', `jsonb_set(peer::jsonb, '{key}', '"AAAA"')::text`, /refused the key/],
    ['nobody there', `jsonb_set(peer::jsonb, '{address}', '"127.0.0.1:1"')::text`, /ECONNREFUSED/],
  ])('costs the stream and not the reply, and status says why: %s', async (_, change, why) => {
    const { a, b } = await tampered(change);
    const status = await a.daemon.untilStatus('says why', ({ peers = [] }) =>
      peers.some((peer) => !peer.heard && why.test(peer.reason ?? '')),
    );
    expect(status.ready).toBe(true);
    const lines = statusLines(status, Date.now()).join('\n');
    expect(lines).toMatch(
      /Other machines\n {2}\S+ +not heard +127\.0\.0\.1:\d+, for .*its replies come whole/,
    );
    const page = a.look();
    const first = b.stream('s', '/busy 1');
    await b.daemon.untilStatus('runs it', (s) => s.activeTurns === 1);
    const pieces = await a.stream('s', '/busy 1');
    await first;
    expect(pieces.join('')).toContain('Done.');
    expect(page.of('started')).toEqual([]);

    const running = await b.say('chat', '/busy 2');
    await b.daemon.untilStatus('runs it', (s) => s.activeTurns === 1);
    const asked = await a.say('chat', '/queue /say whole');
    expect((await settled(page, asked)).data.outcome).toBe('answered');
    expect(page.of('settled').some((e) => e.data.message === running)).toBe(false);
  });

  it.each(['SIGKILL', 'SIGSTOP'] as const)(
    'ends what is shown of its turn when it is gone (%s), and the turn goes on here',
    async (signal) => {
      const [a, b] = (await fleet()) as [Machine, Machine];
      const page = a.look();
      const message = await b.say('chat', '/busy 3');
      const { data } = await started(page);
      await eventually('its text is seen', () => events(page, 'text').length > 0);
      const pids = b.daemon.pids();
      for (const pid of pids) process.kill(pid, signal);
      const again = await started(page, 2);
      expect(again.data.turn).toBe(data.turn);
      expect((await settled(page, message)).data.outcome).toBe('answered');
      const { peers } = await a.daemon.untilStatus('is alone', (s) => s.peers?.length === 0);
      expect(peers).toEqual([]);
      if (signal === 'SIGKILL') return;
      // It wakes up late: nothing that it says is shown any more, and it comes back as a new instance.
      const seen = events(page, 'text', data.turn as string).length;
      for (const pid of pids) process.kill(pid, 'SIGCONT');
      await a.daemon.untilStatus('hears it again', (s) => s.peers?.some((p) => p.heard) === true);
      expect(events(page, 'text', data.turn as string)).toHaveLength(seen);
      expect(page.of('settled').filter((e) => e.data.message === message)).toHaveLength(1);
    },
  );
});
