import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isManaged } from '../../gateway/supervisor/notify.ts';
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

it('R12 knows whether a service manager is above', () => {
  expect(isManaged({})).toBe(false);
  expect(isManaged({ NOTIFY_SOCKET: '/run/x' })).toBe(true);
  expect(isManaged({ INVOCATION_ID: 'abc' })).toBe(true);
  expect(isManaged({ XPC_SERVICE_NAME: '0' })).toBe(false);
  expect(isManaged({ XPC_SERVICE_NAME: 'sluice' })).toBe(true);
  expect(isManaged({ INVOCATION_ID: 'abc', SLUICE_MANAGED: '0' })).toBe(false);
});
