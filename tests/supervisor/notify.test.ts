import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { managerOf } from '../../gateway/supervisor/notify.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { FakeGateway } from './fakeGateway.ts';

it('tells systemd of ready, reload and stop, and keeps its socket from the generations', async () => {
  const dir = tempDir();
  const bin = join(dir, 'bin');
  const said = join(dir, 'notified');
  mkdirSync(bin);
  writeFileSync(join(bin, 'systemd-notify'), `#!/bin/sh\necho "$@" >> "${said}"\n`);
  chmodSync(join(bin, 'systemd-notify'), 0o755);
  const env = { NOTIFY_SOCKET: '/nowhere', PATH: `${bin}:${process.env.PATH}` };
  const gateway = await new FakeGateway({}, {}, env, dir).serves(1);
  const notified = () => (existsSync(said) ? readFileSync(said, 'utf8') : '');
  await eventually('READY', () => notified().includes('READY=1'));
  gateway.child.kill('SIGUSR1');
  await gateway.serves(2);
  gateway.child.kill('SIGTERM');
  expect(await gateway.ended()).toBe(0);
  const words = notified().match(/READY=1|RELOADING=1 MONOTONIC_USEC=\d+|STOPPING=1/g) ?? [];
  expect(words.map((word) => word.split('=')[0])).toEqual([
    'READY',
    'RELOADING',
    'READY',
    'STOPPING',
  ]);
  const born = gateway.ledger.filter((e) => e.type === 'born');
  expect(born.map((e) => e.notify)).toEqual([null, null]);
});

const OWN = { pid: 70, ppid: 1 };

it.each([
  [{}, undefined],
  [{ NOTIFY_SOCKET: '/run/x' }, 'systemd'],
  [{ INVOCATION_ID: 'abc', SYSTEMD_EXEC_PID: '70' }, 'systemd'],
  [{ INVOCATION_ID: 'abc' }, 'systemd'],
  [{ XPC_SERVICE_NAME: '0' }, undefined],
  [{ XPC_SERVICE_NAME: 'local.sluice' }, 'launchd'],
  [{ SLUICE_MANAGED: 'launchd' }, 'launchd'],
  [{ SLUICE_MANAGED: '1' }, 'other'],
  [{ INVOCATION_ID: 'abc', SLUICE_MANAGED: '0' }, undefined],
])('R12 knows by %o which service manager is above: %s', (env, manager) => {
  expect(managerOf(env, OWN)).toBe(manager);
});

it('R12 does not take a terminal that a service manager started for one', () => {
  const shell = { pid: 71, ppid: 70 };
  expect(managerOf({ INVOCATION_ID: 'abc', SYSTEMD_EXEC_PID: '70' }, shell)).toBeUndefined();
  expect(managerOf({ INVOCATION_ID: 'abc' }, shell)).toBeUndefined();
  expect(managerOf({ XPC_SERVICE_NAME: 'com.example.editor.7' }, shell)).toBeUndefined();
});
