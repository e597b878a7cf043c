import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type ControlClient, controlClient } from '../../gateway/control/client.ts';
import type { Status } from '../../gateway/core/status.ts';
import { allPids, processEntry, variableOf } from '../../gateway/supervisor/processTable.ts';
import { eventually } from './eventually.ts';
import { journalEnvironment } from './journal.ts';

const MAIN = fileURLToPath(new URL('../../bin/sluice.js', import.meta.url));
/** Every process of one daemon carries it, so that all of them can be found and ended by their ids. */
const MARK = 'SLUICE_TEST_DAEMON';
/** The log is kept for the messages of failed tests; a long load must not cost the test memory. */
const LOG_KEPT = 100_000;
/** Lines that each message has: nobody reads them in thousands. */
const COMMON = /"msg":"(?:accepted|turn ended)"/;

export interface DaemonOptions {
  /** A folder of its own: working directory, configuration and, unless given, the home lie in it. */
  readonly dir: string;
  readonly home?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The text of `sluice.yaml`. */
  readonly config?: string;
  /** What stands before its command, as `nsenter …` does, which then becomes the command. */
  readonly enter?: readonly string[];
  /** Another command line than this tree's `bin/sluice.js`. */
  readonly main?: string;
}

/**
 * The gateway as a user runs it: `sluice run`, a supervisor with its generations, on a free port.
 * Knows nothing of a test runner: whoever makes one calls `endAll` when done with it.
 */
export class Daemon {
  readonly dir: string;
  readonly home: string;
  readonly client: ControlClient;
  /** The supervisor's exit code; a signal's name where it was killed. */
  readonly exited: Promise<number | NodeJS.Signals>;
  readonly #child: ChildProcess;
  readonly #mark: string;
  #over = false;
  #port = 0;
  #log = '';

  constructor(options: DaemonOptions) {
    this.dir = options.dir;
    this.home = options.home ?? join(options.dir, 'home');
    this.client = controlClient(this.home, { timeoutMs: 15_000 });
    if (options.config !== undefined) this.configure(options.config);
    mkdirSync(join(this.dir, 'user'), { recursive: true });
    this.#mark = this.dir;
    const command = [process.execPath, options.main ?? MAIN, 'run', '--home', this.home];
    const [program, ...rest] = [...(options.enter ?? []), ...command] as [string, ...string[]];
    this.#child = spawn(program, rest, {
      cwd: this.dir,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...plainEnvironment(join(this.dir, 'user')),
        [MARK]: this.#mark,
        ...journalEnvironment(this.dir),
        ...options.env,
      },
    });
    this.exited = new Promise((done) => {
      this.#child.once('exit', (code, signal) => {
        this.#over = true;
        done(code ?? (signal as NodeJS.Signals));
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      const lines = createInterface({ input: stream as Readable });
      lines.on('line', (line) => {
        if (!COMMON.test(line)) this.#log = `${this.#log}${line}\n`.slice(-LOG_KEPT);
      });
    }
  }

  /** The supervisor's process id. */
  get pid(): number {
    return this.#child.pid as number;
  }
  get port(): number {
    return this.#port;
  }
  get over(): boolean {
    return this.#over;
  }

  /** Waits until it says that it is ready, and learns the port. @throws Error with the log. */
  async ready(withinMs = 20_000): Promise<this> {
    const status = await this.untilStatus('is ready', (s) => s.ready, withinMs);
    const where = status.platforms.find((p) => p.platform === 'web')?.where;
    this.#port = Number(new URL(where ?? 'http://nowhere:0').port);
    return this;
  }

  /** The status once it satisfies `wanted`; times without an answer are waited out. */
  untilStatus(
    what: string,
    wanted: (status: Status) => boolean,
    withinMs = 20_000,
  ): Promise<Status> {
    return this.until(
      what,
      async () => {
        const status = await this.status().catch(() => undefined);
        return status !== undefined && wanted(status) ? status : undefined;
      },
      withinMs,
    );
  }

  /** `eventually` that gives up when the daemon has ended, and shows its log. */
  until<T>(
    what: string,
    probe: () => T | undefined | false | Promise<T | undefined | false>,
    withinMs = 20_000,
  ): Promise<T> {
    return eventually(
      `the gateway ${what}`,
      async () => {
        const value = await probe();
        if ((value === undefined || value === false) && this.#over)
          throw new Error(`the gateway ended before it ${what}`);
        return value;
      },
      withinMs,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.#log.slice(-6_000)}`);
    });
  }

  status(): Promise<Status> {
    return this.client.status();
  }
  async generationPid(): Promise<number> {
    return (await this.status()).pid;
  }
  async killGeneration(): Promise<number> {
    const pid = await this.generationPid();
    process.kill(pid, 'SIGKILL');
    return pid;
  }
  killSupervisor(): void {
    this.#child.kill('SIGKILL');
  }
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
  /** Ends it as a service manager does. Bounded. */
  async stop(withinMs = 20_000): Promise<number | NodeJS.Signals> {
    this.signal('SIGTERM');
    return this.ended(withinMs);
  }
  async ended(withinMs = 20_000): Promise<number | NodeJS.Signals> {
    await this.until('ends', () => this.#over, withinMs);
    return this.exited;
  }
  log(): string {
    return this.#log;
  }
  /** Waits until its log says so. */
  said(text: RegExp, withinMs?: number): Promise<RegExpExecArray> {
    return this.until(`says ${text}`, () => text.exec(this.#log) ?? undefined, withinMs);
  }
  /** Writes `sluice.yaml`; the next generation reads it. */
  configure(text: string): void {
    mkdirSync(this.dir, { recursive: true });
    writeFileSync(join(this.dir, 'sluice.yaml'), text);
  }

  /** Ids of every living process of this daemon, the supervisor first. */
  pids(): number[] {
    const all = allPids().filter((pid) => variableOf(pid, MARK) === this.#mark);
    return all.sort((a, b) => Number(b === this.pid) - Number(a === this.pid));
  }

  /** Waits until every process of it has ended by itself. */
  async gone(withinMs = 10_000): Promise<void> {
    await eventually(
      'every process of the gateway has ended',
      () => this.pids().length === 0,
      withinMs,
    );
  }

  /** Kills what is left of it, by id, and waits until it is gone. */
  async endAll(): Promise<void> {
    await eventually('every process of the daemon is gone', () => {
      const left = this.pids().filter((pid) => processEntry(pid) !== undefined);
      for (const pid of left) {
        try {
          process.kill(pid, 'SIGKILL');
        } catch {
          // Gone in this moment.
        }
      }
      return left.length === 0;
    });
  }
}

/** The test's environment without anything that would configure a gateway. */
function plainEnvironment(userHome: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = { PATH: process.env.PATH, HOME: userHome, SLUICE_PORT: '0' };
  for (const name of ['TMPDIR', 'LANG', 'NODE_COMPILE_CACHE']) {
    if (process.env[name] !== undefined) env[name] = process.env[name];
  }
  return env;
}
