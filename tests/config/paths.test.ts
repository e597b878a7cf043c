import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configCandidates, ensureHome, homePath } from '../../gateway/config/paths.ts';
import { ConfigError } from '../../gateway/core/exit.ts';
import { tempDir } from '../harness/temp.ts';

const places = (env: Record<string, string> = {}) => ({ env, cwd: '/srv', userHome: '/home/ada' });

describe('the home', () => {
  it('is named by --home, then SLUICE_HOME, then XDG', () => {
    expect(homePath(undefined, places())).toBe('/home/ada/.local/state/sluice');
    expect(homePath(undefined, places({ XDG_STATE_HOME: '/state' }))).toBe('/state/sluice');
    expect(homePath(undefined, places({ XDG_STATE_HOME: 'relative' }))).toBe(
      '/home/ada/.local/state/sluice',
    );
    expect(homePath(undefined, places({ SLUICE_HOME: 'here' }))).toBe('/srv/here');
    expect(homePath('there', places({ SLUICE_HOME: 'here' }))).toBe('/srv/there');
  });

  it('is made for its owner only', () => {
    const home = join(tempDir(), 'a', 'b');
    expect(ensureHome(home)).toBe(home);
    expect(statSync(home).mode & 0o777).toBe(0o700);
  });

  it('that cannot be used is an error that says what to do', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'file'), '');
    expect(() => ensureHome(join(dir, 'file'))).toThrow(ConfigError);
    expect(() => ensureHome(join(dir, 'file', 'below'))).toThrow(/choose another with --home/);
    if (process.getuid?.() === 0) return; // To the superuser nothing is read-only.
    const locked = join(dir, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o500);
    expect(() => ensureHome(join(locked, 'home'))).toThrow(ConfigError);
    expect(() => ensureHome(locked)).toThrow(ConfigError);
  });
});

describe('the configuration file', () => {
  it('is looked for in the working directory and the XDG folder when nobody names it', () => {
    expect(configCandidates(undefined, places()).map((c) => c.path)).toEqual([
      '/srv/sluice.yaml',
      '/home/ada/.config/sluice/sluice.yaml',
    ]);
    expect(configCandidates(undefined, places({ XDG_CONFIG_HOME: '/etc/xdg' }))[1]?.path).toBe(
      '/etc/xdg/sluice/sluice.yaml',
    );
  });
});
