import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Machine, wrongs } from './world.ts';

describe('sluice doctor --fix', () => {
  it('mends what can be mended without harm, and looks again', async () => {
    const machine = new Machine();
    machine.write('sluice.yaml', 'platforms: {web: {port: 0, token_file: secret}}\n', 0o666);
    machine.write('secret', 'sixteen-characters-long', 0o644);
    chmodSync(machine.home, 0o755);
    writeFileSync(join(machine.home, 'control.sock'), '', { mode: 0o644 });
    const { findings, mended } = await machine.examine({ fix: true });
    expect(mended).toHaveLength(5);
    expect(wrongs(findings)).toEqual([]);
    expect(statSync(join(machine.dir, 'secret')).mode & 0o777).toBe(0o600);
    expect(statSync(machine.home).mode & 0o777).toBe(0o700);
  });

  it('says what it could not mend', async () => {
    const machine = new Machine();
    const check = {
      name: 'stubborn',
      examine: async () => [
        {
          level: 'problem' as const,
          about: 'stubborn',
          what: 'it is wrong',
          mend: 'try',
          fix: () => Promise.reject(new Error('not allowed')),
        },
      ],
    };
    const { mended, findings } = await machine.examine({ fix: true, checks: [check] });
    expect(mended).toEqual(['could not mend "it is wrong": not allowed']);
    expect(findings).toHaveLength(1);
  });

  it('makes the home where there is none', async () => {
    const machine = new Machine();
    rmSync(machine.home, { recursive: true });
    expect((await machine.examine({ fix: true })).mended).toEqual([`made ${machine.home}`]);
    expect(statSync(machine.home).mode & 0o777).toBe(0o700);
    mkdirSync(machine.home, { recursive: true });
  });
});

describe('whatever hangs', () => {
  it('a check that comes to no end is reported, and the others are heard', async () => {
    const machine = new Machine();
    const checks = [
      { name: 'deaf', examine: () => new Promise<never>(() => {}) },
      { name: 'broken', examine: () => Promise.reject(new Error('oops')) },
      {
        name: 'well',
        examine: async () => [{ level: 'ok' as const, about: 'well', what: 'fine' }],
      },
    ];
    const { findings } = await machine.examine({ checks, limitMs: 20 });
    expect(findings.map(({ about, level }) => [about, level])).toEqual([
      ['deaf', 'problem'],
      ['broken', 'problem'],
      ['well', 'ok'],
    ]);
  });
});
