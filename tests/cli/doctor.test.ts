import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tempDir } from '../harness/temp.ts';
import { sluice } from './sluice.ts';

describe('sluice doctor', () => {
  it('exits 0 where all is well, 1 where it found a problem, with the mend below it', async () => {
    const home = tempDir();
    writeFileSync(join(home, 'sluice.yaml'), 'platforms: {web: {port: 0}}\n');
    const well = await sluice(['doctor'], { home });
    expect(well).toMatchObject({ code: 0, err: '' });
    expect(well.out).toMatch(/^All is well \(.*\)\.$/m);
    chmodSync(home, 0o755);
    const ill = await sluice(['doctor'], { home });
    expect(ill.code).toBe(1);
    expect(ill.out).toMatch(/^✗ home .* has mode 755.*\n +→ chmod 700 /m);
    expect(ill.out).toMatch(/1 problem .* 1 of them can be mended with: sluice doctor --fix/);
  });

  it('comes to its end and says so, though a thread of it hangs for ever', async () => {
    const home = tempDir();
    execFileSync('mkfifo', [join(home, 'prompt.md')]);
    mkdirSync(join(home, 'state'), { mode: 0o700 });
    writeFileSync(
      join(home, 'sluice.yaml'),
      'agent: {default: m}\nagents: {m: {type: chat, base_url: "http://127.0.0.1:9/v1", model: x, system_prompt_file: prompt.md}}\nplatforms: {web: {port: 0}}\n',
    );
    const { code, out } = await sluice(['--home', join(home, 'state'), 'doctor', '--json'], {
      home,
    });
    expect(code).toBe(0);
    const { ok, findings } = JSON.parse(out) as { ok: boolean; findings: unknown[] };
    expect(ok).toBe(true);
    expect(findings).toContainEqual(
      expect.objectContaining({
        about: 'agent/m',
        level: 'warning',
        what: expect.stringContaining('not ready within'),
      }),
    );
  });
});
