import { describe, expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

const COMMANDS = [
  'run',
  'status',
  'restart',
  'drain',
  'stop',
  'send',
  'sessions',
  'trace',
  'dead',
  'config',
];

describe('the command line', () => {
  it('shows every command in groups, with examples', async () => {
    const { code, out } = await sluice(['--help']);
    expect(code).toBe(0);
    for (const heading of ['The gateway:', 'Messages:', 'Set-up:', 'Examples:', 'Exit codes:']) {
      expect(out).toContain(heading);
    }
    for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command}\\b`, 'm'));
  });

  it.each(COMMANDS)('%s --help has examples', async (command) => {
    const { code, out } = await sluice([command, '--help']);
    expect(code).toBe(0);
    expect(out).toContain(`Usage: sluice ${command}`);
    expect(out).toMatch(/Examples?:\n {2}/);
  });

  it('names the command that was meant', async () => {
    const { code, err } = await sluice(['statsu']);
    expect(code).toBe(1);
    expect(err).toContain("unknown command 'statsu'");
    expect(err).toContain('status');
  });

  it('refuses options that are not there', async () => {
    expect(await sluice(['status', '--jsn'])).toMatchObject({
      code: 1,
      err: expect.stringContaining("unknown option '--jsn'"),
    });
  });

  it('prints the version of the package', async () => {
    const { default: manifest } = await import('../../package.json', { with: { type: 'json' } });
    expect((await sluice(['--version'])).out).toBe(`${manifest.version}\n`);
  });

  it('takes --home before and after the command', async () => {
    const home = tempDir();
    for (const args of [
      ['--home', home, 'stop'],
      ['stop', '--home', home],
    ]) {
      const { code, err } = await sluice(args);
      expect(code).toBe(1);
      expect(err).toContain(`no gateway is running on the home ${home}`);
      expect(err.trim().split('\n')).toHaveLength(1);
    }
  });

  it('run exits 78 with the mistake where the configuration cannot work', async () => {
    const home = tempDir();
    const env = { SLUICE_PORT: 'high' };
    const { code, err } = await sluice(['run'], { home, env });
    expect(code).toBe(78);
    expect(err.split('\n').at(-2)).toBe(
      'sluice: environment variable SLUICE_PORT: platforms.web.port is "high"; expected a whole number from 0 to 65535',
    );
  });
});
