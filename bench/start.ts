import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { at, table } from './table.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const RUNS = 10;
const LIMIT_MS = 60_000;

/** What a start costs beside Node's own, from this checkout and from the package as it is installed. */
export async function benchStart(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const places = { checkout: ROOT, package: installed(folder) };
    const node = median(() => timed([process.execPath, '-e', '0'], folder));
    const rows: [string, string, string][] = [['Node’s own start', ms(node), 'floor']];
    for (const [place, root] of Object.entries(places)) {
      const sluice = join(root, 'bin/sluice.js');
      const home = join(folder, place);
      const env = environment(home);
      // The first start on a machine compiles everything; every later one finds it compiled.
      const first = await ready(sluice, home);
      const times: number[] = [];
      for (let i = 0; i < RUNS; i++) times.push(await ready(sluice, home));
      rows.push([`start to ready, ${place}`, ms(at(times, 0.5)), timesFloor(at(times, 0.5), node)]);
      rows.push([`  the very first`, ms(first), timesFloor(first, node)]);
      for (const word of ['--version', 'status']) {
        const took = median(() => timed([process.execPath, sluice, word], folder, env));
        rows.push([`sluice ${word}, ${place}`, ms(took), timesFloor(took, node)]);
      }
    }
    table(`starts (median of ${RUNS}; a configuration file is read)`, rows);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The package as npm packs it, installed into a folder; what it is found under. */
function installed(folder: string): string {
  const npm = (args: string[], cwd: string) => execFileSync('npm', args, { cwd, stdio: 'ignore' });
  npm(['pack', '--pack-destination', folder], ROOT);
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) as string;
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', `./${tarball}`], folder);
  return join(folder, 'node_modules/sluice');
}

function environment(home: string): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: `${home}-user`, SLUICE_HOME: home };
}

/** Milliseconds from the command to its word that it is ready. */
async function ready(sluice: string, home: string): Promise<number> {
  const config = `${home}.yaml`;
  writeFileSync(config, 'platforms: { web: { port: 0 } }\n');
  const start = performance.now();
  const child = spawn(process.execPath, [sluice, '--config', config, 'run'], {
    env: environment(home),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const late = setTimeout(() => child.kill('SIGKILL'), LIMIT_MS);
  try {
    let said = '';
    for await (const piece of child.stderr) {
      said += piece;
      if (said.includes('ready: http')) return performance.now() - start;
    }
    throw new Error(`it ended before it was ready:\n${said}`);
  } finally {
    clearTimeout(late);
    child.kill('SIGTERM');
    if (child.exitCode === null) await new Promise((done) => child.once('exit', done));
  }
}

function timed([program, ...args]: string[], cwd: string, env?: NodeJS.ProcessEnv): number {
  const start = performance.now();
  spawnSync(program as string, args, {
    cwd,
    stdio: 'ignore',
    timeout: LIMIT_MS,
    ...(env && { env }),
  });
  return performance.now() - start;
}

function median(run: () => number): number {
  return at(Array.from({ length: RUNS }, run), 0.5);
}

function ms(value: number): string {
  return `${value.toFixed(0)} ms`;
}

function timesFloor(value: number, floor: number): string {
  return `${(value / floor).toFixed(1)} x Node’s own`;
}
