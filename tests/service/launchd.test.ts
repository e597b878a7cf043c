import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parse as parsePlist } from 'plist';
import { describe, expect, it } from 'vitest';
import { RequestError, SluiceError } from '../../gateway/core/exit.ts';
import type { Run } from '../../gateway/service/command.ts';
import type { Driver } from '../../gateway/service/driver.ts';
import { launchd } from '../../gateway/service/launchd.ts';
import {
  exitTimeOut,
  labelOf,
  launchdPlist,
  plistPath,
} from '../../gateway/service/launchdPlist.ts';
import { tempDir } from '../harness/temp.ts';
import { BUDGET, definition } from './definitions.ts';

// Only Linux is here: launchctl is a fake that behaves as its manual page says.

/** A launchd with one job: what was asked of it, and what becomes of the job's process. */
class FakeLaunchctl {
  readonly asked: string[] = [];
  loaded = true;
  pid = 100;
  /** Looks at a process that was told to end, until it has. */
  drains = 2;
  #ending = false;

  readonly run: Run = async (program, args) => {
    expect(program).toBe('launchctl');
    const [word, ...rest] = args;
    if (word !== 'print') this.asked.push(args.join(' '));
    const ok = (stdout = '') => ({ code: 0, stdout, stderr: '' });
    if (word === 'print') {
      if (rest[0] === 'gui/501') return ok();
      if (!this.loaded) return { code: 113, stdout: '', stderr: 'Could not find service' };
      if (this.#ending && this.drains-- <= 0) this.pid = 0;
      const state = this.pid > 0 ? 'running' : 'not running';
      return ok(
        `x = {\n\tstate = ${state}\n${this.pid > 0 ? `\tpid = ${this.pid}\n` : ''}\tlast exit code = 0\n}\n`,
      );
    }
    if (word === 'kill' && rest[0] === 'SIGTERM') this.#ending = true;
    if (word === 'kickstart') {
      if (this.pid > 0 && rest[0] !== '-k') return ok();
      this.#ending = false;
      this.pid = 200;
    }
    if (word === 'bootstrap') this.loaded = true;
    if (word === 'bootout') this.loaded = false;
    return ok();
  };
}

const TARGET = 'gui/501/local.sluice';

function job(fake: FakeLaunchctl, home = '/Users/ada'): Driver {
  const { limits } = definition();
  const env = { HOME: home };
  return launchd({
    name: 'sluice',
    scope: 'user',
    uid: 501,
    env,
    home,
    limits,
    run: fake.run,
    pollMs: 1,
  });
}

const silent = async () => {
  throw new SluiceError('no restart has begun within 10 s');
};

describe('the property list', () => {
  const odd = definition({ home: '/Users/a <&> "b" --/x', config: '/etc/sluice.yaml' });
  const plist = parsePlist(launchdPlist(odd)) as Record<string, unknown>;

  it('R10 R12 says with launchd’s own keys when to start it anew and how long to wait', () => {
    expect(plist).toMatchObject({
      Label: 'local.sluice',
      RunAtLoad: true,
      KeepAlive: { SuccessfulExit: false },
      ExitTimeOut: Math.ceil(BUDGET.manager),
      ThrottleInterval: 10,
      EnvironmentVariables: { SLUICE_MANAGED: 'launchd' },
    });
    expect(exitTimeOut(launchdPlist(odd))).toBe(BUDGET.manager);
  });

  it('has only keys that launchd.plist(5) documents, each of its type', () => {
    const documented: Readonly<Record<string, string>> = {
      Label: 'string',
      UserName: 'string',
      ProgramArguments: 'array',
      EnvironmentVariables: 'dictionary of strings',
      KeepAlive: 'boolean or dictionary of stuff',
      RunAtLoad: 'boolean',
      WorkingDirectory: 'string',
      ExitTimeOut: 'integer',
      ThrottleInterval: 'integer',
      StandardOutPath: 'string',
      StandardErrorPath: 'string',
      SoftResourceLimits: 'dictionary of integers',
    };
    const typeOf = (value: unknown): string => {
      if (Array.isArray(value)) return 'array';
      if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'real';
      if (typeof value !== 'object' || value === null) return typeof value;
      const inner = new Set(Object.values(value).map(typeOf));
      return inner.size === 1 ? `dictionary of ${[...inner][0]}s` : 'dictionary';
    };
    const system = parsePlist(launchdPlist(definition({ scope: 'system', runAs: 'ada' })));
    for (const [key, value] of Object.entries({ ...plist, ...(system as object) })) {
      expect(documented[key], key).toBeDefined();
      if (key !== 'KeepAlive') expect(typeOf(value), key).toBe(documented[key]);
    }
  });

  it('takes paths as they are', () => {
    expect(plist.ProgramArguments).toEqual([
      ...odd.program,
      '--home',
      odd.home,
      '--config',
      odd.config,
      'run',
    ]);
    expect(launchdPlist(odd)).not.toMatch(/<!--(?:(?!-->)[\s\S])*--(?!>)/);
  });
});

describe('a restart under launchd', () => {
  it('R14 is a hand-over where the supervisor lives: no process is ended', async () => {
    const fake = new FakeLaunchctl();
    await job(fake).restart(async () => 'Restarted');
    expect(fake.asked).toEqual([`kill SIGUSR1 ${TARGET}`]);
  });

  it('R14 that the gateway refuses ends nothing either', async () => {
    const fake = new FakeLaunchctl();
    const refused = async () => {
      throw new RequestError('the old instance goes on');
    };
    await expect(job(fake).restart(refused)).rejects.toThrow('the old instance goes on');
    expect(fake.asked).toEqual([`kill SIGUSR1 ${TARGET}`]);
  });

  it('R14 where it does not answer is TERM, then waiting for the exit, then kickstart without -k', async () => {
    const fake = new FakeLaunchctl();
    await job(fake).restart(silent);
    expect(fake.asked).toEqual([
      `kill SIGUSR1 ${TARGET}`,
      `kill SIGTERM ${TARGET}`,
      `kickstart ${TARGET}`,
    ]);
    expect(fake.pid).toBe(200);
  });

  it('R12 where nothing runs is a start', async () => {
    const fake = new FakeLaunchctl();
    fake.pid = 0;
    fake.loaded = false;
    await job(fake).restart(silent);
    expect(fake.asked).toEqual([
      `bootstrap gui/501 ${plistPath('local.sluice', 'user', { HOME: '/Users/ada' })}`,
      `kickstart ${TARGET}`,
    ]);
  });

  it('R14 kills only when it is forced', async () => {
    const fake = new FakeLaunchctl();
    await job(fake).forceRestart();
    expect(fake.asked).toEqual([`kickstart -k ${TARGET}`]);
  });
});

describe('launchd', () => {
  it('R04 is told of a changed property list only after the old process has drained', async () => {
    const fake = new FakeLaunchctl();
    await job(fake).enable(definition());
    expect(fake.asked).toEqual([
      `kill SIGTERM ${TARGET}`,
      `bootout ${TARGET}`,
      `enable ${TARGET}`,
      `bootstrap gui/501 ${plistPath('local.sluice', 'user', { HOME: '/Users/ada' })}`,
    ]);
  });

  it('says what it has, and reads the limit from the installed file', async () => {
    const home = tempDir();
    const fake = new FakeLaunchctl();
    const path = plistPath(labelOf('sluice'), 'user', { HOME: home });
    expect(await job(fake, home).state()).toMatchObject({ installed: false });
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, launchdPlist(definition()));
    expect(await job(fake, home).state()).toMatchObject({
      installed: true,
      state: 'running',
      pid: 100,
      stopLimit: BUDGET.manager,
      files: [path],
    });
  });

  it('is stopped by TERM, and waited for', async () => {
    const fake = new FakeLaunchctl();
    await job(fake).stop();
    expect(fake.asked).toEqual([`kill SIGTERM ${TARGET}`]);
    expect(fake.pid).toBe(0);
  });
});
