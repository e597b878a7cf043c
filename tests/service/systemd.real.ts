import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ask, replyOf } from '../harness/ask.ts';
import { eventually } from '../harness/eventually.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';
import type { SystemdMachine } from '../harness/systemdMachine.ts';
import { bootedMachine } from './bootedMachine.ts';
import { InstalledService, PLAIN } from './installedService.ts';

// A real systemd is process 1 of namespaces of its own (tests/harness/bootSystemd.ts). Run by .ci/run:
// npx vitest run --config vitest.real.config.ts tests/service

let machine: SystemdMachine;
const booted = bootedMachine();
beforeAll(() => {
  machine = booted();
});

describe('the units', () => {
  it.each([
    ['of the machine', ['--system', '--as', 'ada'], []],
    ['of the machine, as root', ['--system', '--as', 'root'], []],
    ['with a socket', ['--system', '--as', 'ada', '--socket'], []],
    ['of a user', [], ['--user']],
    [
      'with a home of difficult letters',
      ['--system', '--as', 'ada'],
      [],
      '/srv/a "b" $HOME %h \\x',
    ],
  ])(
    'R12 %s satisfy systemd-analyze verify',
    async (what, options, scope, home = '/srv/sluice') => {
      const name = `verify-${what.replaceAll(/\W/g, '')}`;
      const units = machine.outside(name);
      mkdirSync(units);
      const { code, out } = await machine.sluice(
        '--home',
        home,
        'service',
        'install',
        '--print',
        '--name',
        name,
        ...options,
      );
      expect(code).toBe(0);
      const [service = '', socket] = out.split('\n# Written');
      writeFileSync(join(units, `${name}.service`), service);
      if (socket !== undefined) writeFileSync(join(units, `${name}.socket`), `# Written${socket}`);
      const files = [
        `/srv/sluice/${name}/${name}.service`,
        ...(socket === undefined ? [] : [`/srv/sluice/${name}/${name}.socket`]),
      ];
      const verified = await machine.run(
        'env',
        'XDG_RUNTIME_DIR=/run',
        'systemd-analyze',
        ...scope,
        'verify',
        '--man=no',
        ...files,
      );
      expect(verified).toEqual({ code: 0, out: '', err: '' });
    },
  );

  it('R12 give systemd a path with difficult letters as it is', async () => {
    const home = '/srv/sluice/a "b" $HOME %h \\x';
    writeFileSync(machine.outside('odd "$x.yaml'), PLAIN);
    const config = '/srv/sluice/odd "$x.yaml';
    const args = [
      '--home',
      home,
      '--config',
      config,
      'service',
      'install',
      '--system',
      '--as',
      'ada',
      '--name',
      'odd',
      '--no-start',
    ];
    expect((await machine.sluice(...args)).err).toBe('');
    expect((await machine.run('systemctl', 'start', 'odd')).code).toBe(0);
    const main = await machine.property('odd.service', 'MainPID');
    const { out } = await machine.run('cat', `/proc/${main}/cmdline`);
    expect(out.split('\0').slice(-6, -1)).toEqual(['--home', home, '--config', config, 'run']);
    expect((await machine.sluice('--home', home, 'status')).code).toBe(0);
    await machine.run('systemctl', 'stop', 'odd');
  });
});

describe('sluice service', () => {
  it('R12 R14 installs it, and is done when systemd has heard that it is ready', async () => {
    const gateway = new InstalledService(machine, 'first');
    const { code, out } = await gateway.service('install', '--as', 'ada');
    expect(code).toBe(0);
    const status = await gateway.ready();
    expect(out).toContain(`instance ${status.instance} is ready`);
    expect(await gateway.property('ActiveState')).toBe('active');
    expect(await gateway.property('StatusText')).toContain('generation 1 serves on');
    expect(await gateway.property('UnitFileState')).toBe('enabled');
    const owner = await machine.run('ps', '-o', 'user=', '-p', await gateway.property('MainPID'));
    expect(owner.out.trim()).toBe('ada');
    expect(replyOf(await ask(gateway.port, { text: '/say hello' }))).toBe('hello');
    const said = await gateway.service('status');
    expect(said.code).toBe(0);
    expect(said.out).toMatch(
      /active \(running\)[\s\S]*starts with the machine[\s\S]*stop limit +60 s/,
    );
  });

  it('R10 brings the unit up to date when the configuration changes, shows how, and leaves drop-ins alone', async () => {
    const gateway = await new InstalledService(machine, 'updated').installed('--no-start');
    await gateway.dropIn('nice', '[Service]\nNice=5\n');
    const again = await gateway.service('install', '--as', 'ada', '--no-start');
    expect(again.out).toContain('updated.service is up to date.');
    gateway.configure(PLAIN.replace('20', '120'));
    const dry = await gateway.service('install', '--as', 'ada', '--dry-run');
    expect(dry.out).toMatch(/- TimeoutStopSec=60s\n {2}\+ TimeoutStopSec=160s/);
    expect(await gateway.property('TimeoutStopUSec')).toBe('1min');
    const real = await gateway.service('install', '--as', 'ada', '--no-start');
    expect(real.out).toContain('Left alone: /etc/systemd/system/updated.service.d/nice.conf');
    expect(await gateway.property('TimeoutStopUSec')).toBe('2min 40s');
    expect(await gateway.property('Nice')).toBe('5');
    const gone = await gateway.service('uninstall');
    expect(gone.code).toBe(0);
    expect(await gateway.property('FragmentPath')).toBe('');
    expect((await machine.run('ls', '/etc/systemd/system/updated.service.d')).out).toBe(
      'nice.conf\n',
    );
  });

  it('does not replace a unit that somebody else has written', async () => {
    const gateway = new InstalledService(machine, 'foreign');
    await machine.run(
      'cp',
      '/lib/systemd/system/rescue.service',
      '/etc/systemd/system/foreign.service',
    );
    const { code, err } = await gateway.service('install', '--as', 'ada');
    expect(code).toBe(1);
    expect(err).toContain('written by somebody else');
  });
});

describe('under systemd', () => {
  it('R08 R13 R14 a reload hands over under load, nothing is refused, and the parent stays', async () => {
    const gateway = await new InstalledService(machine, 'load').installed();
    const main = await gateway.property('MainPID');
    const load = new SteadyLoad(gateway, 3, 3, { patienceMs: 90_000 });
    for (let n = 2; n <= 4; n++) {
      await load.more(10);
      expect((await machine.run('systemctl', 'reload', gateway.unit)).err).toBe('');
      expect(await gateway.client.status()).toMatchObject({ generation: n, ready: true });
    }
    await load.more(10);
    const before = (await gateway.client.status()).instance;
    expect((await gateway.service('restart')).out).toMatch(/^Restarted in /);
    expect((await gateway.client.status()).instance).not.toBe(before);
    expect(await load.verdict()).toMatchObject(FLAWLESS);
    expect(load.ledger.refused).toBe(0);
    expect(await gateway.property('MainPID')).toBe(main);
    // The parent and the one generation that serves: nothing has started itself beside them.
    await eventually('the others are gone', async () => (await gateway.pids()).length === 2);
  });

  it('R12 R14 a reload with a broken configuration fails, and the old instance serves', async () => {
    const gateway = await new InstalledService(machine, 'broken').installed();
    const { instance } = await gateway.client.status();
    gateway.configure('platforms: {web: {prt: 0}}\n');
    expect((await machine.run('systemctl', 'reload', gateway.unit)).code).not.toBe(0);
    expect(await gateway.property('ActiveState')).toBe('active');
    const { code, err } = await gateway.service('restart');
    expect(code).toBe(1);
    expect(err).toMatch(/the old instance goes on: .*unknown key platforms\.web\.prt/);
    const forced = await gateway.service('restart', '--force');
    expect(forced).toMatchObject({ code: 78, err: expect.stringContaining('platforms.web.prt') });
    expect(await gateway.client.status()).toMatchObject({ instance, ready: true });
    expect(replyOf(await ask(gateway.port, { text: '/say still here' }))).toBe('still here');
  });

  it('R12 a full restart (75) comes back as another process, and a wrong configuration (78) stays down', async () => {
    const gateway = await new InstalledService(machine, 'codes').installed();
    const main = await gateway.property('MainPID');
    expect((await gateway.sluice('restart', '--full')).out).toMatch(/^Restarted in /);
    expect(await gateway.property('MainPID')).not.toBe(main);
    expect(await gateway.property('NRestarts')).toBe('1');
    await gateway.service('stop');
    gateway.configure('nonsense: true\n');
    const wrong = await gateway.service('start');
    expect(wrong).toMatchObject({ code: 78, err: expect.stringContaining('unknown key nonsense') });
    expect(await gateway.property('ActiveState')).toBe('failed');
    expect(await gateway.property('ExecMainStatus')).toBe('78');
    expect(await gateway.property('SubState')).toBe('failed');
  });

  it('R12 R25 a kill -9 of the main process takes all of it down, and it comes back with everything', async () => {
    const gateway = await new InstalledService(machine, 'killed').installed();
    const load = new SteadyLoad(gateway, 2, 2, { patienceMs: 90_000 });
    await load.more(5);
    const before = await gateway.pids();
    await gateway.kill('KILL', await gateway.property('MainPID'));
    await gateway.untilProperty('NRestarts', '1');
    // A free port of its own: where it serves now has to be looked up again.
    await gateway.ready();
    const after = await gateway.pids();
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    await load.more(5);
    expect(await load.verdict()).toMatchObject(FLAWLESS);
  });

  it('R04 R10 R17 a stop lets a turn in flight come to its end, well within TimeoutStopSec', async () => {
    const gateway = await new InstalledService(machine, 'stopped').installed();
    const asked = ask(gateway.port, { text: '/busy 3', session: 'a' });
    await gateway.untilStatus('works', (s) => s.activeTurns === 1);
    expect((await gateway.service('stop')).code).toBe(0);
    expect(replyOf(await asked)).toContain('Done.');
    expect(await gateway.property('ActiveState')).toBe('inactive');
    expect(await gateway.property('Result')).toBe('success');
    const said = await gateway.service('status');
    expect(said).toMatchObject({ code: 1, out: expect.stringContaining('inactive (dead)') });
  });

  it('R10 an installed unit that is too short is warned of, and still kills nothing', async () => {
    const long = PLAIN.replace('20', '300');
    const gateway = await new InstalledService(machine, 'short', long).installed('--no-start');
    await gateway.dropIn('short', '[Service]\nTimeoutStopSec=42s\n');
    await gateway.service('start');
    await gateway.ready();
    expect(await gateway.log()).toMatch(/after 42 s, but a stop may take 340 s/);
    expect((await gateway.service('status')).out).toContain('Warning: the service manager ends');
    void ask(gateway.port, { text: '/busy 600', session: 'a' }).catch(() => {});
    await gateway.untilStatus('works', (s) => s.activeTurns === 1);
    expect((await gateway.service('stop')).code).toBe(0);
    expect(await gateway.property('Result')).toBe('success');
    const left = await eventually('the turn waits', () => gateway.log());
    expect(left).not.toMatch(/SIGKILL/);
  });
});
