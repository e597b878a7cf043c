import { chownSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, replyOf } from '../harness/ask.ts';
import { eventually } from '../harness/eventually.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';
import type { SystemdMachine } from '../harness/systemdMachine.ts';
import { bootedMachine } from '../service/bootedMachine.ts';
import { InstalledService, PLAIN } from '../service/installedService.ts';

// What tests/service/systemd.real.ts has no time for, under the same real systemd.
// SOAK_RELOADS says how often it is reloaded under load.
const reloads = Number(process.env.SOAK_RELOADS ?? 30);

let machine: SystemdMachine;
const booted = bootedMachine();
beforeAll(() => {
  machine = booted();
});

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address() as { port: number };
  await new Promise((done) => server.close(done));
  return port;
}

describe('under systemd', () => {
  it(`R08 R14 ${reloads} reloads under load: nothing is refused, lost, doubled or out of order`, async () => {
    const gateway = await new InstalledService(machine, 'many').installed();
    const load = new SteadyLoad(gateway, 4, 4, { patienceMs: 90_000 });
    for (let n = 0; n < reloads; n++) {
      await load.more(5);
      expect((await machine.run('systemctl', 'reload', gateway.unit)).err).toBe('');
    }
    expect(await load.verdict()).toMatchObject(FLAWLESS);
    expect(load.ledger.refused).toBe(0);
    expect(await gateway.property('NRestarts')).toBe('0');
  });

  it('R11 a gateway whose loop hangs is replaced by the parent, which systemd does not notice', async () => {
    const gateway = await new InstalledService(machine, 'hung').installed();
    const main = await gateway.property('MainPID');
    const { instance, pid } = await gateway.client.status();
    await gateway.kill('STOP', pid);
    const next = await gateway.untilStatus('has another instance', (s) => s.instance !== instance);
    expect(next.generation).toBe(2);
    expect(await gateway.property('MainPID')).toBe(main);
    expect(await gateway.log()).toContain('hangs, silent for');
  });

  it('R11 a parent whose loop hangs is ended by systemd with all it started, and another serves', async () => {
    const gateway = await new InstalledService(machine, 'deaf').installed('--no-start');
    // A stopped process cannot die of ABRT, so the KILL that follows is brought nearer as well.
    await gateway.dropIn('soon', '[Service]\nWatchdogSec=4s\nTimeoutAbortSec=2s\n');
    await gateway.service('start');
    await gateway.ready();
    const before = await gateway.pids();
    await gateway.kill('STOP', await gateway.property('MainPID'));
    await gateway.untilProperty('NRestarts', '1');
    await gateway.ready();
    expect(await gateway.log()).toMatch(/Watchdog timeout/);
    expect((await gateway.pids()).filter((pid) => before.includes(pid))).toEqual([]);
  });

  it('R12 a port that is in use is tried again with pauses, until it is free', async () => {
    const port = await freePort();
    const other = createServer().listen(port, '127.0.0.1');
    const config = PLAIN.replace('port: 0', `port: ${port}`);
    const gateway = await new InstalledService(machine, 'taken', config).installed('--no-start');
    const begin = performance.now();
    expect((await gateway.service('start')).code).toBe(1);
    await gateway.untilProperty('NRestarts', '2');
    // Four seconds of the gateway's own and one of systemd's, twice.
    expect(performance.now() - begin).toBeGreaterThan(10_000);
    await new Promise((done) => other.close(done));
    expect((await gateway.ready()).ready).toBe(true);
  });

  it('R25 a process that an agent left behind, in a session of its own and without our mark, is swept with the service', async () => {
    const config = `
platforms: {web: {port: 0}}
agent: {default: leaver}
agents:
  leaver:
    type: process
    command: [/bin/sh, -c, "setsid env -i sleep 98765 >/dev/null 2>&1 & echo left it"]
`;
    const gateway = await new InstalledService(machine, 'stray', config).installed();
    expect(replyOf(await ask(gateway.port, { text: 'go' }))).toContain('left it');
    const stray = async () =>
      (await machine.run('pgrep', '-u', 'ada', '-f', 'sleep 98765')).out.trim();
    expect(await stray()).not.toBe('');
    expect((await gateway.service('stop')).code).toBe(0);
    await eventually('the stray process is gone', async () => (await stray()) === '');
    expect(await gateway.property('Result')).toBe('success');
  });

  it('R08 R14 reloads on top of each other, a parent killed amid one, a stop amid another: nothing is left behind', async () => {
    const gateway = await new InstalledService(machine, 'amid').installed();
    const load = new SteadyLoad(gateway, 2, 2, { patienceMs: 90_000 });
    await load.more(5);
    const both = await Promise.all([
      machine.run('systemctl', 'reload', gateway.unit),
      gateway.sluice('restart'),
      gateway.service('restart'),
    ]);
    expect(both.map((done) => done.code)).toEqual([0, 0, 0]);
    const reload = machine.run('systemctl', 'reload', gateway.unit);
    await gateway.untilProperty('ActiveState', 'reloading');
    await gateway.kill('KILL', await gateway.property('MainPID'));
    expect((await reload).code).not.toBe(0);
    await gateway.untilProperty('NRestarts', '1');
    await gateway.ready();
    await load.more(5);
    expect(await load.verdict()).toMatchObject(FLAWLESS);

    const last = machine.run('systemctl', 'reload', gateway.unit);
    await gateway.untilProperty('ActiveState', 'reloading');
    expect((await machine.run('systemctl', 'stop', gateway.unit)).code).toBe(0);
    await last;
    expect(await gateway.property('Result')).toBe('success');
    expect(await gateway.property('ActiveState')).toBe('inactive');
  });

  it('R12 socket activation: the first connection starts it, and a full restart under load refuses nothing', async () => {
    const port = await freePort();
    const config = PLAIN.replace('port: 0', `port: ${port}`);
    const gateway = await new InstalledService(machine, 'socket', config).installed(
      '--socket',
      '--no-start',
    );
    expect((await machine.run('systemctl', 'start', 'socket.socket')).code).toBe(0);
    expect(await gateway.property('ActiveState')).toBe('inactive');
    expect(replyOf(await ask(port, { text: '/say first' }))).toBe('first');
    expect((await gateway.ready()).generation).toBe(1);
    expect(gateway.port).toBe(port);
    const load = new SteadyLoad(gateway, 3, 0, { patienceMs: 90_000 });
    await load.more(10);
    const main = await gateway.property('MainPID');
    expect((await gateway.sluice('restart', '--full')).code).toBe(0);
    expect(await gateway.property('MainPID')).not.toBe(main);
    await load.more(10);
    await gateway.kill('KILL', await gateway.property('MainPID'));
    await gateway.untilProperty('NRestarts', '2');
    await load.more(10);
    expect(await load.verdict()).toMatchObject(FLAWLESS);
    expect(load.ledger.refused).toBe(0);
    const stopped = await gateway.service('stop');
    expect(stopped.err).toBe('');
    await expect(ask(port, { text: '/say nobody' })).rejects.toThrow('ECONNREFUSED');
  });

  it('R10 R12 R14 a user’s own service is installed, lingers, hands over and is removed', async () => {
    chownSync(machine.folder, 1500, 1500);
    const asAda = (...words: string[]) =>
      machine.run(
        'runuser',
        '-u',
        'ada',
        '--',
        'env',
        'HOME=/srv/sluice',
        'XDG_RUNTIME_DIR=/run/user/1500',
        '/opt/sluice/node_modules/.bin/node',
        '/opt/sluice/gateway/main.ts',
        '--config',
        '/srv/sluice/user.yaml',
        ...words,
      );
    new InstalledService(machine, 'user');
    const alone = await asAda('service', 'install');
    expect(alone).toMatchObject({
      code: 1,
      err: expect.stringContaining('loginctl enable-linger'),
    });
    await machine.run('systemctl', 'start', 'user@1500.service');
    const installed = await asAda('service', 'install');
    expect(installed.err).toBe('');
    expect(installed.out).toMatch(/Started in [\s\S]*"Lingering" lets them run all the time/);
    expect((await asAda('service', 'status')).out).toContain(
      'starts when you log in, ends when you log out',
    );
    await machine.run('loginctl', 'enable-linger', 'ada');
    expect((await asAda('service', 'status')).out).toContain('starts with the machine');
    const unit = readFileSync(machine.outside('.config/systemd/user/sluice.service'), 'utf8');
    expect(unit).toContain('WantedBy=default.target');
    expect((await asAda('service', 'restart')).out).toMatch(/generation 2\) is ready/);
    expect((await asAda('service', 'logs', '--lines', '20')).out).toContain(
      'generation 2 serves on',
    );
    const dropIns = machine.outside('.config/systemd/user/sluice.service.d');
    mkdirSync(dropIns);
    writeFileSync(`${dropIns}/short.conf`, '[Service]\nTimeoutStopSec=42s\n');
    expect((await asAda('service', 'install', '--no-linger')).out).toContain('Left alone: ');
    await asAda('service', 'restart');
    expect((await asAda('service', 'logs')).out).toContain('after 42 s, but a stop may take 60 s');
    expect((await asAda('service', 'stop')).code).toBe(0);
    expect((await asAda('service', 'uninstall')).out).toContain('sluice.service is removed.');
  });
});
