import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { withinManager } from '../../gateway/assembly/withinManager.ts';
import { budgetOf } from '../../gateway/config/budget.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import type { Run } from '../../gateway/service/command.ts';
import { unitOfCgroup } from '../../gateway/service/installedUnit.ts';
import { launchdPlist } from '../../gateway/service/launchdPlist.ts';
import { stopLimit } from '../../gateway/service/stopLimit.ts';
import { secondsOf } from '../../gateway/service/timespan.ts';
import { tempDir } from '../harness/temp.ts';
import { definition } from './definitions.ts';

const SYSTEM = '0::/system.slice/sluice.service\n';

/** A `systemctl show` that answers with these properties, and notes how it was asked. */
function systemctl(properties: Readonly<Record<string, string>>): { run: Run; asked: string[][] } {
  const asked: string[][] = [];
  const run: Run = async (program, args) => {
    asked.push([program, ...args]);
    const stdout = Object.entries({ LoadState: 'loaded', ...properties })
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
    return { code: 0, stdout, stderr: '' };
  };
  return { run, asked };
}

describe('the installed unit', () => {
  it.each([
    ['1min 40s', 100],
    ['500ms', 0.5],
    ['1h 1min 1s', 3661],
    ['infinity', Number.POSITIVE_INFINITY],
    ['0', 0],
    ['soon', undefined],
  ])('R10 has times like %s', (text, seconds) => {
    expect(secondsOf(text)).toBe(seconds);
  });

  it.each([
    ['0::/system.slice/sluice.service', 'sluice.service', 'system'],
    [
      '0::/user.slice/user-1000.slice/user@1000.service/app.slice/sluice.service',
      'sluice.service',
      'user',
    ],
    [
      '2:cpu:/x.service\n1:name=systemd:/system.slice/sluice-b.service',
      'sluice-b.service',
      'system',
    ],
  ])('R10 is found by the control group %s', (cgroup, unit, scope) => {
    expect(unitOfCgroup(cgroup)).toEqual({ unit, scope });
  });

  it.each([
    '0::/',
    '0::/user.slice/user-1000.slice/session-3.scope',
    '0::/user.slice/user-1000.slice/user@1000.service/app.slice/vte-spawn-1.scope',
  ])('is not seen where there is none: %s', (cgroup) => {
    expect(unitOfCgroup(cgroup)).toBeUndefined();
  });

  it('R10 says its time-out as systemd has it loaded, drop-ins included', async () => {
    const { run, asked } = systemctl({ TimeoutStopUSec: '1min 30s' });
    const limit = await stopLimit({ INVOCATION_ID: 'x' }, run, SYSTEM);
    expect(limit?.seconds).toBe(90);
    expect(asked[0]?.slice(0, 3)).toEqual(['systemctl', '--system', 'show']);
    expect(asked[0]?.at(-1)).toBe('sluice.service');
  });

  it('R10 of launchd says it in its property list', async () => {
    const home = tempDir();
    const folder = join(home, 'Library/LaunchAgents');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'local.sluice.plist'), launchdPlist(definition()));
    const { run, asked } = systemctl({});
    const limit = await stopLimit({ XPC_SERVICE_NAME: 'local.sluice', HOME: home }, run, '');
    expect(limit?.seconds).toBe(definition().limits.stop);
    expect(asked).toEqual([]);
  });

  it('R10 is not asked for where nobody is above', async () => {
    const { run, asked } = systemctl({ TimeoutStopUSec: '1s' });
    expect(await stopLimit({}, run, SYSTEM)).toBeUndefined();
    expect(await stopLimit({ SLUICE_STOP_LIMIT: '30' }, run, SYSTEM)).toMatchObject({
      seconds: 30,
    });
    expect(asked).toEqual([]);
  });
});

describe('a gateway that starts', () => {
  const config = ConfigSchema.parse({});
  const started = async (timeout: number) => {
    const warnings: string[] = [];
    const log = {
      debug() {},
      info() {},
      warn: (_fields: object, message: string) => void warnings.push(message),
      error() {},
    };
    const { run } = systemctl({});
    const env = { SLUICE_STOP_LIMIT: String(timeout) };
    return { config: await withinManager(config, { env, run, log }), warnings };
  };

  it('R10 leaves its drain alone where the installed unit waits long enough', async () => {
    expect(await started(budgetOf(config).manager)).toEqual({ config, warnings: [] });
  });

  it('R10 ends its drain before an installed unit that is too short would KILL it, and says so', async () => {
    const { config: fitted, warnings } = await started(90);
    expect(budgetOf(fitted).manager).toBe(90);
    expect(warnings.join()).toMatch(/after 90 s, but a stop may take 100 s/);
  });
});
