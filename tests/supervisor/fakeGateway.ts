import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { SupervisorTimeouts } from '../../gateway/supervisor/options.ts';
import { allPids, processEntry, variableOf } from '../../gateway/supervisor/processTable.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';

/** One line of what the fake generations were told. */
export interface Entry {
  readonly generation: number;
  readonly pid: number;
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface Reply {
  readonly generation: number;
  readonly instance: string;
  readonly pid: number;
  readonly agent?: number;
}

const SHORT: Partial<SupervisorTimeouts> = {
  readyMs: 5_000,
  stopMs: 5_000,
  forceMs: 1_000,
  killMs: 1_000,
  beatMs: 100,
  watchdogMs: 20_000,
};

/** A supervisor as a real process, with fake generations; everything ends with the test. */
export class FakeGateway {
  readonly dir: string;
  readonly home: string;
  port = 0;
  child: ChildProcess;
  output = '';

  constructor(
    plan: object = {},
    {
      listen = { host: '127.0.0.1', port: 0 },
      ...options
    }: { timeouts?: Partial<SupervisorTimeouts>; listen?: object; [key: string]: unknown } = {},
    env: NodeJS.ProcessEnv = {},
    dir = tempDir(),
  ) {
    this.dir = dir;
    this.home = join(dir, 'home');
    this.plan(plan);
    this.child = spawn(
      process.execPath,
      [fileURLToPath(new URL('./runFake.ts', import.meta.url))],
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          SLUICE_MANAGED: '0',
          ...env,
          FAKE_PLAN: join(dir, 'plan.json'),
          FAKE_LEDGER: join(dir, 'ledger'),
          FAKE_LISTEN: JSON.stringify(listen),
          FAKE_OPTIONS: JSON.stringify({
            home: this.home,
            ...options,
            timeouts: { ...SHORT, ...options.timeouts },
          }),
        },
      },
    );
    this.child.stderr?.on('data', (data) => {
      this.output += data;
    });
    onTestFinished(() => this.kill());
  }

  plan(plan: object): void {
    writeFileSync(join(this.dir, 'plan.json'), JSON.stringify(plan));
  }

  get ledger(): Entry[] {
    const file = join(this.dir, 'ledger');
    if (!existsSync(file)) return [];
    const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Entry);
  }

  /** Waits until some generation has been told this. */
  told(type: string, match: object = {}): Promise<Entry> {
    const wanted = Object.entries(match);
    return eventually(`${type} ${JSON.stringify(match)}`, () =>
      this.ledger.find((e) => e.type === type && wanted.every(([k, v]) => e[k] === v)),
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}\n${JSON.stringify(this.ledger, null, 1)}`);
    });
  }

  said(text: string | RegExp): Promise<true> {
    return eventually(
      `the log says ${text}`,
      () => this.output.search(text) >= 0 || undefined,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${this.output}`);
    }) as Promise<true>;
  }

  /** Waits until `generation` serves, and learns the port. */
  async serves(generation: number): Promise<this> {
    await this.said(new RegExp(`generation ${generation} serves on`));
    this.port = Number(/serves on [\d.]+:(\d+)/.exec(this.output)?.[1]);
    return this;
  }

  ask(path = '/'): Promise<Reply> {
    return fetchJson(this.port, path);
  }

  pidOf(generation: number): number {
    const born = this.ledger.find((e) => e.type === 'born' && e.generation === generation);
    if (born === undefined) throw new Error(`generation ${generation} was not born`);
    return born.pid;
  }

  gone(pid: number): Promise<true | false> {
    return eventually(`process ${pid} is gone`, () => processEntry(pid) === undefined);
  }

  async ended(): Promise<number | NodeJS.Signals | null> {
    await eventually('the supervisor ends', () => this.#over()).catch((error: Error) => {
      throw new Error(`${error.message}
${this.output}`);
    });
    return this.child.exitCode ?? this.child.signalCode;
  }

  #over(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Ends the supervisor, its generations and their agents, found by this test's own ledger. */
  kill(): void {
    if (!this.#over()) this.child.kill('SIGKILL');
    const ledger = join(this.dir, 'ledger');
    for (const pid of allPids()) {
      if (variableOf(pid, 'FAKE_LEDGER') !== ledger) continue;
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // Gone already.
      }
    }
  }
}

export function fetchJson(port: number, path: string): Promise<Reply> {
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const request = get(
    { host: '127.0.0.1', port, path, agent: false, timeout: 10_000 },
    (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (data) => {
        body += data;
      });
      response.once('end', () => resolve(JSON.parse(body) as Reply));
      response.once('error', reject);
    },
  );
  request.once('timeout', () => request.destroy(new Error('no answer in time')));
  request.once('error', reject);
  return promise;
}
