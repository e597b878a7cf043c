import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../gateway/core/exit.ts';
import { tokenFile } from '../../../gateway/platforms/web/http/tokenFile.ts';
import { tempDir } from '../../harness/temp.ts';

describe('the token file', () => {
  it('is made once, for its owner alone, and read from then on', () => {
    const file = join(tempDir(), 'token');
    const first = tokenFile(file);
    expect(first).toMatchObject({ fresh: true, token: expect.stringMatching(/^[\w-]{32}$/) });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(tokenFile(file)).toEqual({ token: first.token, fresh: false });
  });

  it('that is empty or cannot be made is a clear error', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'empty'), '\n');
    expect(() => tokenFile(join(dir, 'empty'))).toThrow(ConfigError);
    expect(() => tokenFile(join(dir, 'no', 'folder'))).toThrow(/platforms\.web\.token_file/);
  });
});
