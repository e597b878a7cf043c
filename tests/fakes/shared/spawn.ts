import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Fault } from './faults.ts';
import type { Ledger } from './judge.ts';

/** A fake platform in a process of its own, driven over its control address. */
export interface FakeProcess {
  /** The address that an adapter is pointed at. */
  readonly url: string;
  control<T>(path: string, body?: object): Promise<T>;
  arm(fault: Fault): Promise<void>;
  ledger(): Promise<Ledger>;
  /** Kills the process; its port refuses connections from then on. */
  stop(): Promise<void>;
}

/** Starts a fake by its main file; it prints its address as its first line. */
export async function spawnFake(main: string, args: readonly string[] = []): Promise<FakeProcess> {
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = new Promise<void>((done) => child.once('exit', () => done()));
  const url = await new Promise<string>((done, fail) => {
    const timer = setTimeout(() => fail(new Error(`${main} did not start`)), 20_000);
    child.once('exit', () => fail(new Error(`${main} ended before it listened`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      clearTimeout(timer);
      done(line);
    });
  });
  const control = async <T>(path: string, body: object = {}): Promise<T> => {
    const response = await fetch(`${url}/control/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(20_000),
    });
    if (!response.ok)
      throw new Error(`control ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  return {
    url,
    control,
    arm: async (fault) => {
      await control('fault', fault);
    },
    ledger: () => control<Ledger>('ledger'),
    stop: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
