import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ExitCode } from '../../gateway/core/exit.ts';
import { remembered } from '../../gateway/service/definition.ts';
import { lineDiff } from '../../gateway/service/diff.ts';
import { launchdPlist } from '../../gateway/service/launchdPlist.ts';
import { systemdSocket, systemdUnit } from '../../gateway/service/systemdUnit.ts';
import { applyChanges, compareFiles } from '../../gateway/service/unitFiles.ts';
import { tempDir } from '../harness/temp.ts';
import { BUDGET, definition } from './definitions.ts';

/** The values of a key in a unit, in order. */
const valuesOf = (unit: string, key: string) =>
  [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1]);

describe('the systemd unit', () => {
  const unit = systemdUnit(definition());

  it('R12 has the exit codes of the gateway', () => {
    expect(valuesOf(unit, 'Restart')).toEqual(['on-failure']);
    expect(valuesOf(unit, 'RestartForceExitStatus')).toEqual([String(ExitCode.RESTART)]);
    expect(valuesOf(unit, 'RestartPreventExitStatus')).toEqual([String(ExitCode.CONFIG)]);
    expect(valuesOf(unit, 'StartLimitIntervalSec')).toEqual(['0']);
  });

  it('R14 reloads by a signal, and then by waiting for its outcome', () => {
    const [signal, wait] = valuesOf(unit, 'ExecReload');
    expect(signal).toBe('/bin/kill -USR1 $MAINPID');
    expect(wait).toMatch(/ restart --await --timeout \d+$/);
    expect(valuesOf(unit, 'Type')).toEqual(['notify']);
    expect(valuesOf(unit, 'NotifyAccess')).toEqual(['all']);
  });

  it('R10 R11 has limits that are longer than what they bound, from the one budget', () => {
    const seconds = (key: string) => Number.parseInt(valuesOf(unit, key)[0] ?? '', 10);
    expect(seconds('TimeoutStopSec')).toBe(BUDGET.manager);
    expect(seconds('WatchdogSec')).toBeGreaterThan(0);
    const waits = Number(/--timeout (\d+)/.exec(unit)?.[1]);
    expect(seconds('TimeoutStartSec')).toBeGreaterThan(waits);
  });

  it('lets agents work: nothing hides their files or forbids what JavaScript engines and sandboxes need', () => {
    for (const scope of ['user', 'system'] as const) {
      const text = systemdUnit(
        definition({ scope, ...(scope === 'system' ? { runAs: 'ada' } : {}) }),
      );
      expect(text).toContain('NoNewPrivileges=yes');
      expect(text).not.toMatch(
        /^(?:ProtectHome|PrivateTmp|MemoryDenyWriteExecute|RestrictNamespaces|PrivateDevices|PrivateNetwork)=/m,
      );
      // A user's manager may not mount.
      expect(/^ProtectSystem=/m.test(text)).toBe(scope === 'system');
    }
  });

  it('has a socket only where that is asked for', () => {
    expect(systemdSocket(definition())).toBeUndefined();
    const listen = { host: '::1', port: 7290 };
    expect(systemdSocket(definition({ listen }))).toContain('ListenStream=[::1]:7290\n');
    expect(systemdUnit(definition({ listen }))).toContain('Requires=sluice.socket');
  });

  it('refuses what no line of a unit can hold', () => {
    expect(() => systemdUnit(definition({ home: '/srv/a\nExecStart=/bin/evil' }))).toThrow(
      /cannot hold a line break/,
    );
  });
});

describe('an installed unit', () => {
  it.each([
    ['systemd', systemdUnit],
    ['launchd', launchdPlist],
  ])('of %s remembers which gateway it is of', (_what, textOf) => {
    const odd = { home: '/srv/a "b" --> x', config: '/etc/sluice --x.yaml' };
    expect(remembered(textOf(definition(odd)))).toEqual(odd);
    expect(remembered(textOf(definition()))).toEqual({ home: definition().home });
    expect(remembered('[Service]\nExecStart=/bin/true\n')).toBeUndefined();
    expect(remembered('# It serves {broken}\n')).toBeUndefined();
  });

  it('is compared by lines, and only what lies beside a change is shown', () => {
    const lines = Array.from({ length: 9 }, (_, n) => `line ${n}`);
    const changed = lines.with(4, 'other').toSpliced(7, 1);
    expect(lineDiff(lines.join('\n'), lines.join('\n'))).toEqual([]);
    expect(lineDiff(lines.join('\n'), changed.join('\n'))).toEqual([
      '  line 3',
      '- line 4',
      '+ other',
      '  line 5',
      '  line 6',
      '- line 7',
      '  line 8',
    ]);
  });

  it('is written, updated and removed; what somebody else wrote is left alone', () => {
    const path = join(tempDir(), 'units', 'sluice.service');
    const make = (text: string | undefined, force = false) => {
      const changes = compareFiles([{ path, text }], force);
      applyChanges(changes);
      return changes.map((change) => change.what);
    };
    const unit = systemdUnit(definition());
    expect(make(undefined)).toEqual([]);
    expect(make(unit)).toEqual(['new']);
    expect(make(unit)).toEqual(['same']);
    expect(make(systemdUnit(definition({ path: '/bin' })))).toEqual(['changed']);
    expect(readFileSync(path, 'utf8')).toContain('"PATH=/bin"');
    expect(make(undefined)).toEqual(['removed']);
    expect(existsSync(path)).toBe(false);

    writeFileSync(path, '[Service]\nExecStart=/bin/true\n');
    expect(() => make(unit)).toThrow(/written by somebody else/);
    expect(make(undefined)).toEqual([]);
    expect(make(unit, true)).toEqual(['changed']);
  });
});
