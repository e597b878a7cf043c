import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const BOOT = fileURLToPath(new URL('./bootSystemd.ts', import.meta.url));
const COMMAND_MS = 120_000;

export interface Done {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A real systemd as process 1 of its own namespaces; see bootSystemd.ts. Needs root. */
export class SystemdMachine {
  /** Shared with the inside, where it is /srv/sluice. */
  readonly folder: string;
  readonly #child: ChildProcess;
  #pid = 0;
  #said = '';

  private constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
    // --kill-child: whatever becomes of this process, the machine ends with it.
    const namespaces = ['--pid', '--fork', '--kill-child', '--mount', '--cgroup', '--uts', '--ipc'];
    this.#child = spawn('unshare', [...namespaces, process.execPath, BOOT, folder, REPOSITORY], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#said = `${this.#said}${text}`.slice(-10_000);
      });
    }
  }

  /** @throws Error with what was said, where this machine does not allow it. */
  static async boot(folder: string): Promise<SystemdMachine> {
    const machine = new SystemdMachine(folder);
    try {
      await eventually('systemd has started', () => machine.#started(), 60_000);
      await eventually(
        'systemd is up',
        async () =>
          /running|degraded/.test((await machine.run('systemctl', 'is-system-running')).out),
        60_000,
      );
      return machine;
    } catch (error) {
      await machine.off();
      throw new Error(`${(error as Error).message}\n${machine.#said}`);
    }
  }

  #started(): boolean {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null)
      throw new Error('systemd could not be started in namespaces of its own');
    const pid = this.#child.pid as number;
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (children === '') return false;
    this.#pid = Number(children.split(' ')[0]);
    return readFileSync(`/proc/${this.#pid}/comm`, 'utf8').trim() === 'systemd';
  }

  /** A program on the inside, as root. */
  run(program: string, ...args: readonly string[]): Promise<Done> {
    const enter = ['-t', String(this.#pid), '-p', '-m', '-C', '-u', '-i', '-r', '-w', '--'];
    const env = { PATH: process.env.PATH, LC_ALL: 'C', HOME: '/root', SYSTEMD_PAGER: '' };
    const { promise, resolve } = Promise.withResolvers<Done>();
    execFile(
      'nsenter',
      [...enter, program, ...args],
      { env, timeout: COMMAND_MS, killSignal: 'SIGKILL', maxBuffer: 50_000_000 },
      (error, out, err) =>
        resolve({
          code: error === null ? 0 : typeof error.code === 'number' ? error.code : 1,
          out,
          err,
        }),
    );
    return promise;
  }

  /** The command line of this tree, on the inside. */
  sluice(...args: readonly string[]): Promise<Done> {
    return this.run('/opt/sluice/node_modules/.bin/node', '/opt/sluice/gateway/main.ts', ...args);
  }

  /** One property of a unit, as systemd has it. */
  async property(unit: string, name: string): Promise<string> {
    const { out } = await this.run('systemctl', 'show', `--property=${name}`, '--value', unit);
    return out.trim();
  }

  /** What the journal on the inside holds of a unit. */
  async journal(unit: string): Promise<string> {
    return (await this.run('journalctl', '--no-pager', '-o', 'cat', '-u', unit)).out;
  }

  /** Where a folder of the inside's /srv/sluice is on the outside. */
  outside(path: string): string {
    return join(this.folder, path);
  }

  /** Ends it with all its processes, at once. */
  async off(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((done) => this.#child.once('exit', done));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
