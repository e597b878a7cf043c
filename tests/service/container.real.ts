import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/client.ts';
import type { Status } from '../../gateway/core/status.ts';
import { ask, replyOf } from '../harness/ask.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { ROOT } from '../repository/sources.ts';

// What a container engine does to a program, without one: process 1 of a namespace of process ids, with
// nobody above it that starts it anew.

class Container {
  readonly client: ControlClient;
  readonly exited: Promise<number | null>;
  readonly #unshare: ChildProcess;

  constructor(config = 'platforms: {web: {port: 0}}\n') {
    const dir = tempDir();
    const home = join(dir, 'home');
    writeFileSync(join(dir, 'sluice.yaml'), config);
    this.client = controlClient(home, { timeoutMs: 15_000 });
    const program = [process.execPath, join(ROOT, 'gateway/main.ts'), 'run', '--home', home];
    this.#unshare = spawn(
      'unshare',
      ['--pid', '--fork', '--kill-child', '--mount-proc', ...program],
      { cwd: dir, stdio: 'ignore', env: { PATH: process.env.PATH, HOME: dir } },
    );
    this.exited = new Promise((done) => this.#unshare.once('exit', done));
    onTestFinished(() => void this.#unshare.kill('SIGKILL'));
  }

  /** Process 1, as it is called out here. */
  get pid(): number {
    const { pid } = this.#unshare;
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ')[0]);
  }

  until(what: string, wanted: (status: Status) => boolean): Promise<Status> {
    return eventually(
      what,
      async () => {
        const status = await this.client.status().catch(() => undefined);
        return status !== undefined && wanted(status) ? status : undefined;
      },
      60_000,
    );
  }
}

it('R10 R12 as process 1 of a container TERM lets a turn come to its end, and the exit is 0', async () => {
  const container = new Container();
  const status = await container.until('it is ready', (s) => s.ready);
  const port = Number(new URL(status.platforms[0]?.where ?? '').port);
  const asked = ask(port, { text: '/busy 3' });
  await container.until('it works', (s) => s.activeTurns === 1);
  process.kill(container.pid, 'SIGTERM');
  expect(replyOf(await asked)).toContain('Done.');
  expect(await container.exited).toBe(0);
});

it('R12 R13 as process 1 of a container a full restart replaces the process in place', async () => {
  const container = new Container();
  const { instance, supervisor } = await container.until('it is ready', (s) => s.ready);
  expect(supervisor).toBe(1);
  const { pid } = container;
  await container.client.restart({ by: 'test', full: true });
  await container.until('another instance serves', (s) => s.ready && s.instance !== instance);
  expect(container.pid).toBe(pid);
});

it('R12 as process 1 of a container a configuration that cannot work ends with 78', async () => {
  expect(await new Container('nonsense: true\n').exited).toBe(78);
});
