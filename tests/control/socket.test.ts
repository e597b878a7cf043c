import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, lstatSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { controlClient, NotRunning } from '../../gateway/control/client.ts';
import {
  clientSocketPath,
  SOCKET_PATH_LIMIT,
  serverSocketPath,
  socketName,
} from '../../gateway/control/socketPath.ts';
import { ConfigError } from '../../gateway/core/exit.ts';
import { eventually } from '../harness/eventually.ts';
import { tempDir } from '../harness/temp.ts';
import { FakeOperations, fakeStatus } from './fakeOperations.ts';
import { serve } from './serve.ts';

function operationsOf(instance: string): FakeOperations {
  const operations = new FakeOperations();
  operations.current = fakeStatus({ instance });
  return operations;
}

/** A process that listens on a socket's path and is then killed: it leaves the file behind. */
async function killedListener(path: string): Promise<void> {
  const child: ChildProcess = spawn(process.execPath, [
    '-e',
    `require('net').createServer().listen(${JSON.stringify(path)})`,
  ]);
  onTestFinished(() => void child.kill('SIGKILL'));
  await eventually('it listens', () => existsSync(path));
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGKILL');
  await gone;
}

describe("the control socket's name", () => {
  it('is for its owner only, and gone after the end', async () => {
    const home = tempDir();
    const { server } = await serve(home, operationsOf('a'));
    expect(lstatSync(socketName(home)).mode & 0o777).toBe(0o600);
    expect(readdirSync(home)).toEqual(['control.sock']);
    await server.close();
    await server.close();
    expect(readdirSync(home)).toEqual([]);
  });

  it('left by a process that was killed is replaced', async () => {
    const home = tempDir();
    await killedListener(socketName(home));
    expect(existsSync(socketName(home))).toBe(true);
    await expect(controlClient(home).status()).rejects.toThrow(NotRunning);
    await serve(home, operationsOf('a'));
    expect((await controlClient(home).status()).instance).toBe('a');
  });

  it('is replaced where something else has it', async () => {
    const home = tempDir();
    writeFileSync(socketName(home), 'not a socket');
    await serve(home, operationsOf('a'));
    expect((await controlClient(home).status()).instance).toBe('a');
  });

  it('R15 of a live gateway is not taken, and the error says what to do', async () => {
    const home = tempDir();
    await serve(home, operationsOf('a'));
    await expect(serve(home, operationsOf('b'))).rejects.toThrow(
      /another gateway is running on the home .*sluice stop/,
    );
    expect((await controlClient(home).status()).instance).toBe('a');
    expect(readdirSync(home)).toEqual(['control.sock']);
  });

  it('passes to a successor without a moment in which nobody answers', async () => {
    const home = tempDir();
    const first = await serve(home, operationsOf('0'));
    let current = first;
    const seen: string[] = [];
    let over = false;
    const asking = (async () => {
      while (!over) seen.push((await controlClient(home).status()).instance);
    })();
    for (let n = 1; n <= 10; n++) {
      const next = await serve(home, operationsOf(String(n)), { takeOver: true });
      const asked = seen.length;
      await eventually('some were asked', () => seen.length > asked + 3);
      await current.server.close();
      current = next;
    }
    over = true;
    await asking;
    expect(new Set(seen).size).toBeGreaterThan(5);
    expect(seen.map(Number)).toEqual(seen.map(Number).toSorted((a, b) => a - b));
    expect((await controlClient(home).status()).instance).toBe('10');
  });
});

describe('a home whose path is too long for a socket', () => {
  const longHome = () => {
    const home = join(tempDir(), 'x'.repeat(SOCKET_PATH_LIMIT));
    mkdirSync(home);
    return home;
  };

  it('is served by a short path that clients find', async () => {
    const home = longHome();
    const runtime = tempDir('s-');
    process.env.XDG_RUNTIME_DIR = runtime;
    onTestFinished(() => {
      delete process.env.XDG_RUNTIME_DIR;
    });
    const { server } = await serve(home, operationsOf('far'));
    expect(Buffer.byteLength(clientSocketPath(home))).toBeLessThanOrEqual(SOCKET_PATH_LIMIT);
    expect(clientSocketPath(home).startsWith(runtime)).toBe(true);
    delete process.env.XDG_RUNTIME_DIR;
    expect((await controlClient(home).status()).instance).toBe('far');
    await server.close();
    expect(readdirSync(home)).toEqual([]);
  });

  it('is refused where the fallback is not private or too long as well', () => {
    const home = longHome();
    const env = { XDG_RUNTIME_DIR: tempDir('s-') };
    const folder = join(serverSocketPath(home, env), '..');
    expect(lstatSync(folder).mode & 0o777).toBe(0o700);
    const open = { XDG_RUNTIME_DIR: tempDir('s-') };
    const squatted = join(serverSocketPath(home, env), '..').replace(
      env.XDG_RUNTIME_DIR,
      open.XDG_RUNTIME_DIR,
    );
    mkdirSync(squatted, { mode: 0o755 });
    expect(() => serverSocketPath(home, open)).toThrow(ConfigError);
    expect(() => serverSocketPath(home, { XDG_RUNTIME_DIR: home })).toThrow(/shorter --home/);
  });
});
