import { createServer } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { processEntry } from '../../gateway/supervisor/processTable.ts';
import { FakeGateway } from './fakeGateway.ts';

describe('start and stop', () => {
  it('R12 ends with 0 after SIGTERM, and tells the generation to stop first', async () => {
    const gateway = await new FakeGateway().serves(1);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended()).toBe(0);
    expect(gateway.ledger.map((e) => e.type)).toEqual(['born', 'activate', 'stop']);
  });

  it('ends the wait at the second signal', async () => {
    const gateway = await new FakeGateway({ '*': { leave: 'never' } }).serves(1);
    gateway.child.kill('SIGINT');
    await gateway.told('stop', { force: false });
    gateway.child.kill('SIGINT');
    expect(await gateway.ended()).toBe(0);
    expect((await gateway.told('stop', { force: true })).generation).toBe(1);
  });

  it('R27 ends a generation that never stops, when its time is over', async () => {
    const gateway = await new FakeGateway(
      { '*': { leave: 'never' } },
      { timeouts: { stopMs: 200 } },
    ).serves(1);
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended()).toBe(0);
    expect(gateway.output).toContain('did not stop in time');
  });

  it('R29 keeps a SIGTERM that comes before anything is ready', async () => {
    const gateway = new FakeGateway({ '*': { start: 'silent', leave: 'ok' } });
    await gateway.told('born');
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended()).toBe(0);
  });

  it('R12 ends with 78 when the first generation cannot work as configured', async () => {
    const gateway = new FakeGateway({ '*': { start: 'config' } });
    expect(await gateway.ended()).toBe(78);
    expect(gateway.output).toContain('agent.tpye');
    expect(gateway.ledger.filter((e) => e.type === 'born')).toHaveLength(1);
  });

  it('R12 ends with 1 when no first generation ever gets ready', async () => {
    const gateway = new FakeGateway({ '*': { start: 'crash' } }, { startAttempts: 2 });
    expect(await gateway.ended()).toBe(1);
    expect(gateway.ledger.filter((e) => e.type === 'born')).toHaveLength(2);
  });

  it('R12 takes an exit 0 of the serving generation for a clean stop', async () => {
    const gateway = await new FakeGateway().serves(1);
    await gateway.ask('/exit?code=0').catch(() => {});
    expect(await gateway.ended()).toBe(0);
  });

  it('R15 refuses a second run on the same home and says how to reach the first', async () => {
    const first = await new FakeGateway().serves(1);
    const second = new FakeGateway({}, {}, {}, first.dir);
    expect(await second.ended()).toBe(1);
    expect(second.output).toContain(`sluice status --home ${first.home}`);
    expect((await first.ask()).generation).toBe(1);
  });

  it('names the port that is in use and what to do', async () => {
    const other = createServer();
    await new Promise<void>((done) => other.listen(0, '127.0.0.1', done));
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const gateway = new FakeGateway({}, { listen: { host: '127.0.0.1', port } });
    expect(await gateway.ended()).toBe(1);
    expect(gateway.output).toContain(`port ${port} on 127.0.0.1 is in use`);
    expect(gateway.output).toContain('choose another port');
  });
});

describe('full restart', () => {
  it('R12 exits 75 under a service manager', async () => {
    const gateway = await new FakeGateway({}, {}, { SLUICE_MANAGED: '1' }).serves(1);
    await gateway.ask('/restart?mode=full&order=o1');
    expect(await gateway.ended()).toBe(75);
    expect((await gateway.told('stop')).why).toBe('restart');
  });

  it('R12 exits 75 under a service manager when the generation exits 75 by itself', async () => {
    const gateway = await new FakeGateway({}, {}, { SLUICE_MANAGED: '1' }).serves(1);
    await gateway.ask('/exit?code=75').catch(() => {});
    expect(await gateway.ended()).toBe(75);
  });

  it('R13 becomes its new code in place without a manager, twice, with pid, port and waiting connections kept', async () => {
    const gateway = await new FakeGateway().serves(1);
    const pid = gateway.child.pid;
    for (const [from, to] of [
      [1, 2],
      [2, 3],
    ]) {
      await gateway.ask(`/restart?mode=full&order=o${from}`);
      await gateway.gone(gateway.pidOf(from as number));
      // From here to the new generation nobody accepts: the connection waits in the backlog.
      expect((await gateway.ask()).generation).toBe(to);
    }
    expect(gateway.child.pid).toBe(pid);
    expect(gateway.child.exitCode).toBeNull();
    expect(gateway.output).not.toContain('opened anew');
    gateway.child.kill('SIGTERM');
    expect(await gateway.ended()).toBe(0);
  });
});

describe('supervision', () => {
  it('starts the next generation when the only one is killed', async () => {
    const gateway = await new FakeGateway().serves(1);
    process.kill(gateway.pidOf(1), 'SIGKILL');
    expect((await gateway.told('born', { generation: 2 })).role).toBe('recovery');
    expect((await gateway.told('born', { generation: 2 })).alive).toEqual([]);
    expect((await (await gateway.serves(2)).ask()).generation).toBe(2);
  });

  it('never stays down silently: says that it loops, and serves once it can', async () => {
    const backoff = { firstMs: 1, maxMs: 5, loopAfter: 3, windowMs: 60_000, loopMs: 50 };
    const gateway = await new FakeGateway({}, { backoff }).serves(1);
    gateway.plan({ '*': { start: 'crash' } });
    process.kill(gateway.pidOf(1), 'SIGKILL');
    await gateway.said('nobody serves');
    await gateway.told('born', { generation: 6 });
    gateway.plan({});
    await gateway.said(/generation \d+ serves on.*\n(.*\n)*.*serves on/);
    expect((await gateway.ask()).generation).toBeGreaterThan(6);
  });

  it('retries a first generation that is killed during its start', async () => {
    const gateway = new FakeGateway({ '1': { start: 'silent' } });
    await gateway.told('born');
    process.kill(gateway.pidOf(1), 'SIGKILL');
    expect((await (await gateway.serves(2)).ask()).generation).toBe(2);
  });

  it('R11 ends and replaces a generation whose event loop hangs, and says where it was', async () => {
    const gateway = await new FakeGateway({}, { timeouts: { watchdogMs: 1_500 } }).serves(1);
    await gateway.ask('/hang');
    await gateway.serves(2);
    expect(gateway.output).toContain('generation 1 hangs');
    if (process.platform === 'linux') expect(gateway.output).toContain('at hangOnPurpose');
    await gateway.gone(gateway.pidOf(1));
  });

  it('is missed by its generations when it is killed, and they end', async () => {
    const gateway = await new FakeGateway().serves(1);
    gateway.child.kill('SIGKILL');
    await gateway.told('orphaned');
    await gateway.gone(gateway.pidOf(1));
  });

  it('leaves nothing behind when it is killed: a next start works at once on the same home and port', async () => {
    const first = await new FakeGateway().serves(1);
    first.child.kill('SIGKILL');
    const second = new FakeGateway(
      {},
      { listen: { host: '127.0.0.1', port: first.port } },
      {},
      first.dir,
    );
    await second.serves(1);
    expect(second.port).toBe(first.port);
    await first.gone(first.pidOf(1));
  });

  it('R25 ends agent children that their killed generation left, and those of a killed supervisor', async () => {
    const first = await new FakeGateway().serves(1);
    const { agent } = await first.ask('/agent');
    process.kill(first.pidOf(1), 'SIGKILL');
    await first.gone(agent as number);

    const { agent: another } = await (await first.serves(2)).ask('/agent');
    expect(processEntry(another as number)).toBeDefined();
    first.child.kill('SIGKILL');
    const second = new FakeGateway({}, {}, {}, first.dir);
    await second.serves(1);
    expect(processEntry(another as number)).toBeUndefined();
  });
});
