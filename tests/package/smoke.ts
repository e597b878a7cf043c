// node tests/package/smoke.ts TARBALL: installs the packed package in a folder of its own and uses it as
// a stranger would, with an empty HOME. Not a unit test: it needs the built tarball; .ci/run calls it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const COMMAND_MS = 60_000;
const tarball = resolve(process.argv[2] ?? '');
const folder = mkdtempSync(join(tmpdir(), 'sluice-smoke-'));
const emptyHome = join(folder, 'home');
const env = { PATH: process.env.PATH ?? '', HOME: emptyHome, SLUICE_PORT: '0', NO_COLOR: '1' };
const bin = (name: string) => join(folder, 'node_modules', '.bin', name);
const state = ['--home', join(folder, 'state')];

async function use(name: string, ...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [bin(name), ...args], {
    cwd: emptyHome,
    env,
    timeout: COMMAND_MS,
  });
  process.stdout.write(
    `$ ${name} ${args.join(' ')}\n${stdout.split('\n').slice(0, 3).join('\n')}\n`,
  );
  return stdout;
}

function expect(what: string, text: string, pattern: RegExp): void {
  if (!pattern.test(text)) throw new Error(`${what}: expected ${pattern}, got:\n${text}`);
}

/** Starts `sluice run`; resolves with the address it serves on. */
async function start(): Promise<{ gateway: ChildProcess; url: string }> {
  const gateway = spawn(process.execPath, [bin('sluice'), ...state, 'run'], {
    cwd: emptyHome,
    env,
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(() => reject(new Error(`not ready in time:\n${said}`)), COMMAND_MS);
  gateway.once('exit', (code) => reject(new Error(`sluice run ended with ${code}:\n${said}`)));
  gateway.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
    const address = /serves on (\S+:\d+)/.exec(said)?.[1];
    if (address !== undefined) resolve(`http://${address}`);
  });
  try {
    return { gateway, url: await promise };
  } catch (error) {
    gateway.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function smoke(): Promise<void> {
  mkdirSync(emptyHome);
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const npm = ['install', '--no-audit', '--no-fund', '--prefer-offline', tarball];
  await run('npm', npm, { cwd: folder, timeout: 180_000 });

  expect('version', await use('sluice', '--version'), /^\d+\.\d+\.\d+/);
  await use('sluice', 'config', 'check');
  await use('sluice-release', '--help').then((text) => expect('help', text, /--since-tag/));
  await use('sluice-contributor-audit', '--help').then((text) =>
    expect('help', text, /--release-file/),
  );

  const { gateway, url } = await start();
  const ended = new Promise<number | null>((done) => gateway.once('exit', done));
  try {
    const get = (path: string) =>
      fetch(`${url}${path}`, { signal: AbortSignal.timeout(20_000) }).catch((error: Error) => {
        throw new Error(`GET ${path}: ${error.message}`);
      });
    const health = await get('/healthz');
    if (health.status !== 200) throw new Error(`/healthz answered ${health.status}`);
    const page = await get('/');
    expect('the page', await page.text(), /<html/i);
    expect('a reply', await use('sluice', ...state, 'send', 'hello'), /hello/);
    expect('a restart', await use('sluice', ...state, 'restart', '--wait'), /generation 2/);
    expect('a reply after it', await use('sluice', ...state, 'send', 'again'), /again/);
    expect('status', await use('sluice', ...state, 'status', '--json'), /"state": "running"/);
    expect('a sound journal', await use('sluice', ...state, 'doctor'), /journal +sound/);
    expect('a backup', await use('sluice', ...state, 'backup', join(folder, 'saved')), /Saved and/);
    await use('sluice', ...state, 'stop');
    const code = await Promise.race([
      ended,
      new Promise((done) => setTimeout(done, COMMAND_MS, 'still running').unref()),
    ]);
    if (code !== 0) throw new Error(`after the stop: expected exit 0, got ${code}`);
  } finally {
    if (gateway.exitCode === null) gateway.kill('SIGKILL');
  }
}

try {
  await smoke();
  process.stdout.write('The package works where it was installed.\n');
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
