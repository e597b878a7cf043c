import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../gateway/config/load.ts';
import { readSecret } from '../../gateway/config/secrets.ts';
import { ConfigError } from '../../gateway/core/exit.ts';
import { tempDir } from '../harness/temp.ts';

const what = 'platforms.web.token';

describe('secrets', () => {
  it('are read from the environment variable that is named', () => {
    expect(readSecret({ what, env: 'T' }, { env: { T: ' s3cret\n' } })).toBe('s3cret');
    expect(() => readSecret({ what, env: 'T' }, { env: {} })).toThrow(
      'platforms.web.token_env names the environment variable T, which is not set',
    );
  });

  it('are read from a file beside the configuration', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'token'), 's3cret\n');
    const configFile = join(dir, 'sluice.yaml');
    expect(readSecret({ what, file: 'token' }, { env: {}, configFile })).toBe('s3cret');
    expect(() => readSecret({ what, file: 'none' }, { env: {}, configFile })).toThrow(ConfigError);
    writeFileSync(join(dir, 'empty'), '\n');
    expect(() => readSecret({ what, file: 'empty' }, { env: {}, configFile })).toThrow(/is empty/);
  });

  it('are absent where none is named, and refused where two are', () => {
    expect(readSecret({ what }, { env: {} })).toBeUndefined();
    expect(() => readSecret({ what, env: 'A', file: 'b' }, { env: { A: 'x' } })).toThrow(
      /both set/,
    );
  });

  it('never stand in a message: neither in place of a name nor under an unknown key', () => {
    const dir = tempDir();
    writeFileSync(
      join(dir, 'sluice.yaml'),
      'platforms:\n  telegram:\n    token_env: "12345:abcdef"\n    token: "98765:fedcba"\n',
    );
    let message = '';
    try {
      loadConfig({ cwd: dir, home: dir, env: {} });
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toContain('platforms.telegram.token_env is a string (not shown)');
    expect(message).toContain('unknown key platforms.telegram.token; did you mean');
    expect(message).not.toMatch(/abcdef|fedcba/);
  });
});
