import { chmodSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { isOurs } from '../../gateway/files/homeFiles.ts';
import { startDaemon } from '../harness/daemon.ts';
import { eventually } from '../harness/eventually.ts';
import { GateAgent } from '../harness/gate.ts';
import { Ledger } from '../harness/ledger.ts';
import { tempDir } from '../harness/temp.ts';

const sockets = (home: string) => readdirSync(home).filter((name) => name.startsWith('p-'));
const socketOf = (instance: string) => `p-${instance.slice(-8)}`;

it('R26 removes the socket of an instance that was killed, and leaves that of a predecessor at work', async () => {
  const dir = tempDir();
  const gate = new GateAgent(dir);
  const daemon = await startDaemon({ dir, config: gate.config });
  const first = (await daemon.status()).instance;
  const sending = new Ledger(daemon).terminal('gated', ['1']);
  await daemon.untilStatus('works', (s) => s.activeTurns === 1);
  await daemon.client.restart({ by: 'test' });
  const isNew = (...old: string[]) =>
    daemon.untilStatus('has another instance', (s) => s.ready && !old.includes(s.instance));
  const second = (await isNew(first)).instance;
  await daemon.killGeneration();
  const third = (await isNew(first, second)).instance;
  await eventually(
    'the socket of the dead is gone',
    () => !sockets(daemon.home).includes(socketOf(second)),
  );
  expect(sockets(daemon.home).sort()).toEqual([socketOf(first), socketOf(third)].sort());
  gate.open();
  await eventually('the predecessor has left', () => sockets(daemon.home).length === 1);
  expect(sockets(daemon.home)).toEqual([socketOf(third)]);
  await sending;
});

it('keeps what it makes in its home to its owner, and closes what an earlier version left open', async () => {
  const dir = tempDir();
  const home = join(dir, 'home');
  mkdirSync(join(home, 'files'), { recursive: true });
  chmodSync(home, 0o750);
  for (const name of ['lock.db', 'status.json', 'chat_history', 'sluice.yaml', 'notes.txt']) {
    writeFileSync(join(home, name), '');
    chmodSync(join(home, name), 0o664);
  }
  const daemon = await startDaemon({ dir });
  await daemon.until('has its status file', () =>
    readdirSync(home).some((name) => name === 'status.json'),
  );
  const modes = Object.fromEntries(
    readdirSync(home).map((name) => [name, (lstatSync(join(home, name)).mode & 0o777).toString(8)]),
  );
  expect(modes).toMatchObject({ 'journal.db': '600', 'journal.db-wal': '600', files: '700' });
  expect(modes).toMatchObject({ 'lock.db': '600', 'lock.db-journal': '600', chat_history: '600' });
  expect(modes).toMatchObject({ 'status.json': '600', 'control.sock': '600' });
  // What its owner has put there is his business.
  const open = Object.keys(modes).filter((name) => !/^[67]00$/.test(modes[name] as string));
  expect(open.sort()).toEqual(['notes.txt', 'sluice.yaml']);
  expect(readdirSync(home).filter((name) => !isOurs(name))).toEqual(['notes.txt', 'sluice.yaml']);
  expect(lstatSync(home).mode & 0o777).toBe(0o750);
});
