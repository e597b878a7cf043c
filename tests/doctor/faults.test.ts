import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSqliteJournal } from '../../gateway/journal/sqlite/client.ts';
import { systemdUnit } from '../../gateway/service/systemdUnit.ts';
import { acquireKernelLock } from '../../gateway/supervisor/kernelLock.ts';
import { holdLock } from '../harness/lockHolder.ts';
import { message, waiting } from '../journal/builders.ts';
import { definition } from '../service/definitions.ts';
import { Machine, wrongs } from './world.ts';

// Each fault is planted on a machine where nothing else is wrong; the doctor is to find it, and nothing
// else, and to name its mend.

async function journal(machine: Machine): Promise<string> {
  const file = join(machine.home, 'journal.db');
  const opened = await openSqliteJournal({ file });
  await opened.accept(message('m1', 'a'), waiting());
  await opened.close();
  return file;
}

type Plant = (machine: Machine) => unknown;

const FAULTS: readonly [fault: string, found: RegExp, plant: Plant][] = [
  [
    'an old Node.js',
    /^node: .*Node\.js 20.* → npx -p node@24 -c "sluice doctor"$/,
    (m) => {
      m.plant = { node: { version: '20.1.0', path: '/usr/bin/node' } };
    },
  ],
  [
    'a key that does not exist',
    /^configuration: .*sluice\.yaml:1:\d+: .*did you mean.* → .*sluice config check$/,
    (m) => m.write('sluice.yaml', 'agent: {restart_drain_timout: 5}\n'),
  ],
  [
    'a configuration that others may change',
    /^configuration: others may change .* → chmod go-w /,
    (m) => chmodSync(m.config, 0o666),
  ],
  [
    'a configuration that is a pipe nobody writes to',
    /^configuration: .*is not a file/,
    (m) => {
      rmSync(m.config);
      execFileSync('mkfifo', [m.config]);
    },
  ],
  [
    'a secret whose file is absent',
    /^secrets: platforms\.web\.token_file: cannot read .* → .*cat > /,
    (m) => m.write('sluice.yaml', 'platforms: {web: {port: 0, token_file: absent}}\n'),
  ],
  [
    'a secret whose variable is not set',
    /^secrets: .*SLUICE_TOKEN_ABSENT, which is not set → export SLUICE_TOKEN_ABSENT=/,
    (m) => m.write('sluice.yaml', 'platforms: {web: {port: 0, token_env: SLUICE_TOKEN_ABSENT}}\n'),
  ],
  [
    'a platform without a token',
    /^secrets: platforms\.discord \(default\)\.token is missing → set .*_file, .*; or: sluice init$/,
    (m) => m.write('sluice.yaml', 'platforms: {web: {port: 0}, discord: {}}\n'),
  ],
  [
    'a secret that others may read',
    /^secrets: others may read .*secret \(mode 644\).* → chmod 600 .*secret$/,
    (m) => {
      m.write('sluice.yaml', 'platforms: {web: {port: 0, token_file: secret}}\n');
      m.write('secret', 'sixteen-characters-long', 0o644);
    },
  ],
  [
    'a home that others may look into',
    /^home: .* has mode 755: others may look into it → chmod 700 /,
    (m) => chmodSync(m.home, 0o755),
  ],
  [
    'a file of the home that others may read',
    /^home: .*status\.json has mode 644: others may read it → chmod 600 /,
    (m) => writeFileSync(join(m.home, 'status.json'), '{}', { mode: 0o644 }),
  ],
  [
    'a lock that others may read',
    /^home: .*lock\.db has mode 644: others may read it → chmod 600 /,
    (m) => writeFileSync(join(m.home, 'lock.db'), '', { mode: 0o644 }),
  ],
  [
    'a folder of files that others may look into',
    /^home: .*files has mode 755: others may look into it → chmod 700 /,
    (m) => mkdirSync(join(m.home, 'files'), { mode: 0o755 }),
  ],
  [
    'a home of another user',
    /^home: .* belongs to another user .* → sudo chown -R 4711 /,
    (m) => {
      m.plant = { uid: 4711 };
    },
  ],
  [
    'a restore that was cut off',
    /^home: a restore was cut off; .* → sluice stop; sluice restore FOLDER/,
    (m) => mkdirSync(join(m.home, 'restoring'), { mode: 0o700 }),
  ],
  [
    'a full disk',
    /^disk: 5 MB of .* are free: .* → df -h /,
    (m) => {
      const MB = 1024 ** 2;
      m.plant = {
        room: async () => ({ free: 5 * MB, total: 9e9, freeFiles: 1e6, totalFiles: 1e6 }),
      };
    },
  ],
  [
    'a damaged journal',
    /^journal: it is damaged .* → .*sluice restore FILE/,
    async (m) => {
      const file = await journal(m);
      const { size } = statSync(file);
      const junk = Buffer.alloc(4096, 0x5a);
      const fd = openSync(file, 'r+');
      for (let at = 8192; at < size; at += 4096) writeSync(fd, junk, 0, junk.length, at);
      closeSync(fd);
    },
  ],
  [
    'a journal of a newer version',
    /^journal: a newer version of sluice wrote it .* → npm install --global sluice@latest$/,
    async (m) => {
      const db = new DatabaseSync(await journal(m));
      db.exec('PRAGMA user_version = 99');
      db.close();
    },
  ],
  [
    "another program's file in the journal's place",
    /^journal: it belongs to another program → .*sluice restore FILE/,
    (m) => {
      const db = new DatabaseSync(join(m.home, 'journal.db'));
      db.exec('CREATE TABLE t (a)');
      db.close();
      chmodSync(join(m.home, 'journal.db'), 0o600);
    },
  ],
  [
    'a clock that was set back',
    /^journal: its last entry is from the future .* → timedatectl status$/,
    async (m) => {
      const db = new DatabaseSync(await journal(m));
      db.exec(`UPDATE events SET at = ${Date.now() + 86_400_000}`);
      db.close();
    },
  ],
  [
    'a clock that lost its battery',
    /^clock: it says 1970.* → sudo timedatectl set-ntp true$/,
    (m) => {
      m.plant = { now: () => 5_000 };
    },
  ],
  [
    'the socket of a gateway that died',
    /^gateway: .*socket of one that died.* → rm .*control\.sock$/,
    (m) => writeFileSync(join(m.home, 'control.sock'), '', { mode: 0o600 }),
  ],
  [
    'a port that is taken',
    /^port: another program listens on 127\.0\.0\.1:\d+ → ss -ltnp 'sport = :\d+'/,
    async (m) => {
      const server = createServer();
      await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
      onTestFinished(() => void server.close());
      const { port } = server.address() as { port: number };
      m.write('sluice.yaml', `platforms: {web: {port: ${port}}}\n`);
    },
  ],
  [
    'an address that the machine does not have',
    /^port: this machine has no address 192\.0\.2\.1 .* → sluice init --yes --host 127\.0\.0\.1$/,
    (m) => {
      m.env.WEB = 'sixteen-characters-long';
      m.write('sluice.yaml', 'platforms: {web: {host: 192.0.2.1, token_env: WEB}}\n');
    },
  ],
  [
    'R10 a unit that ends the gateway inside its own budget',
    /^service: .*after 30 s, but a stop may take 100 s.* → sluice service install$/,
    (m) => m.systemd({ TimeoutStopUSec: '30s', ActiveState: 'active' }),
  ],
  [
    'a unit whose Node.js is no longer there',
    /^service: its program \/gone\/bin\/node is no longer there → sluice service install$/,
    (m) => {
      const program = ['/gone/bin/node', '/usr/lib/sluice.js'] as const;
      const file = m.write('sluice.service', systemdUnit(definition({ home: m.home, program })));
      m.systemd({ TimeoutStopUSec: '2min', ActiveState: 'active', FragmentPath: file });
    },
  ],
  [
    'a unit that has failed',
    /^service: it has failed: cannot listen → sluice service logs$/,
    (m) =>
      m.systemd({ TimeoutStopUSec: '2min', ActiveState: 'failed', StatusText: 'cannot listen' }),
  ],
  [
    'an agent whose program is not there',
    /^agent\/mine: .*"not-there" was not found.* → command -v not-there$/,
    (m) =>
      m.write(
        'sluice.yaml',
        'agent: {default: mine}\nagents: {mine: {type: process, command: [not-there]}}\nplatforms: {web: {port: 0}}\n',
      ),
  ],
];

describe('the doctor finds, and says how to mend,', () => {
  it('nothing where nothing is wrong', async () => {
    const machine = new Machine();
    await journal(machine);
    expect(wrongs((await machine.examine()).findings)).toEqual([]);
  });

  it('nothing in a secret that the service has in its own file of variables', async () => {
    const machine = new Machine();
    machine.write('sluice.yaml', 'platforms: {web: {port: 0, token_env: ONLY_THERE}}\n');
    writeFileSync(join(machine.home, 'sluice.env'), 'ONLY_THERE=a-long-token\n', { mode: 0o600 });
    expect(wrongs((await machine.examine()).findings)).toEqual([]);
  });

  it("nothing in another home's unit", async () => {
    const machine = new Machine();
    const file = machine.write('sluice.service', systemdUnit(definition({ home: '/elsewhere' })));
    machine.systemd({ TimeoutStopUSec: '1s', ActiveState: 'failed', FragmentPath: file });
    expect(wrongs((await machine.examine()).findings)).toEqual([]);
  });

  it.each(FAULTS)('%s', async (_fault, found, plant) => {
    const machine = new Machine();
    await plant(machine);
    const wrong = wrongs((await machine.examine()).findings);
    expect(wrong).toEqual([expect.stringMatching(found)]);
  });

  it('R15 a gateway that holds the home and does not answer', async () => {
    const machine = new Machine();
    const file = join(machine.home, 'lock.db');
    await holdLock(file);
    const wrong = wrongs((await machine.examine()).findings);
    expect(wrong).toEqual([
      expect.stringMatching(/^gateway: a gateway holds this home .* → sluice stop --force --home /),
    ]);
    expect(acquireKernelLock(file)).toBeUndefined();
  });
});
