import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Daemon, startDaemon } from '../harness/daemon.ts';
import { FLAWLESS } from '../harness/ledger.ts';
import { SteadyLoad } from '../harness/load.ts';
import { tempDir } from '../harness/temp.ts';

const ROOT = join(import.meta.dirname, '../..');
/** What `versions` means by "the previous one": a commit or tag. Without one, the present code under an older number. */
const PREVIOUS = process.env.SOAK_PREVIOUS;

/** A copy of the project with a version of its own, installed beside others. */
function install(folder: string, version: string, ref?: string): string {
  const place = join(folder, version);
  mkdirSync(place);
  if (ref === undefined) {
    for (const name of ['gateway', 'package.json'])
      cpSync(join(ROOT, name), join(place, name), { recursive: true });
  } else {
    const tar = execFileSync('git', ['archive', ref, 'gateway', 'package.json'], {
      cwd: ROOT,
      maxBuffer: 1 << 28,
    });
    execFileSync('tar', ['-x', '-C', place], { input: tar });
  }
  const manifest = join(place, 'package.json');
  const found = JSON.parse(readFileSync(manifest, 'utf8')) as object;
  writeFileSync(manifest, JSON.stringify({ ...found, version }));
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'));
  return place;
}

/** Makes `current` another version, in one step, as package managers do. */
function choose(folder: string, place: string): void {
  symlinkSync(place, join(folder, 'next'));
  renameSync(join(folder, 'next'), join(folder, 'current'));
}

async function restart(daemon: Daemon, full: boolean): Promise<string> {
  const { instance } = await daemon.status();
  await daemon.client.restart({ by: 'test', full });
  const after = await daemon.untilStatus(
    'serves anew',
    (s) => s.instance !== instance && s.ready && s.state === 'running',
    60_000,
  );
  return after.version;
}

it('the previous version hands over to the present one and back, under load, and nobody notices', async () => {
  const folder = tempDir();
  const before = install(folder, '0.0.1', PREVIOUS);
  const present = install(folder, '0.0.2');
  choose(folder, before);
  const main = join(folder, 'current/gateway/main.ts');
  const env = { SLUICE_BUSY_INPUT_MODE: 'queue', SLUICE_MANAGED: '0' };
  const daemon = await startDaemon({ main, env });
  const load = new SteadyLoad(daemon, 5, 5);
  for (let n = 0; n < 3; n++) {
    await load.more(20);
    choose(folder, present);
    expect(await restart(daemon, false)).toBe('0.0.2');
    await load.more(20);
    choose(folder, before);
    expect(await restart(daemon, false)).toBe('0.0.1');
  }
  choose(folder, present);
  expect(await restart(daemon, false)).toBe('0.0.2');
  // The supervisor is still the one it was; a full restart replaces it, too: same process, same port.
  expect(await daemon.status()).toMatchObject({
    supervisor: daemon.pid,
    supervisorVersion: '0.0.1',
  });
  expect(load.ledger.refused).toBe(0);
  expect(await restart(daemon, true)).toBe('0.0.2');
  expect(await daemon.status()).toMatchObject({
    supervisor: daemon.pid,
    supervisorVersion: '0.0.2',
  });
  await load.more(20);
  expect(await load.verdict()).toMatchObject(FLAWLESS);
  expect(load.ledger.refused).toBe(0);
});
