import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { SystemdMachine } from '../harness/systemdMachine.ts';

/** A machine with a real systemd for all tests of a file: booted before them, gone after them. */
export function bootedMachine(): () => SystemdMachine {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-systemd-'));
  // The services run as another user on the inside.
  chmodSync(folder, 0o755);
  let machine: SystemdMachine | undefined;
  beforeAll(async () => {
    machine = await SystemdMachine.boot(folder);
  });
  afterAll(async () => {
    await machine?.off();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => machine as SystemdMachine;
}
