import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logArgs } from '../../scripts/attribution/history.ts';

/** As a user runs it: the launcher keeps compiled modules. */
const AUDIT = join(import.meta.dirname, '../../bin/sluice-contributor-audit.js');
const MODULE = join(import.meta.dirname, '../../scripts/contributor-audit.ts');
const LIMIT_MS = 300_000;

export interface Row {
  readonly commits: number;
  readonly gitMs: number;
  readonly nodeMs: number;
  readonly auditMs: number;
  /** The audit over a bare git log (and, for the small history, Node's own start). */
  readonly ratio: number;
  readonly peakMb: number;
}

/** A bare repository of made-up commits, written by one fast-import. */
async function generate(commits: number): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  spawnSync('git', ['init', '-q', '--bare', dir], { timeout: LIMIT_MS });
  const child = spawn('git', ['-C', dir, 'fast-import', '--quiet'], {
    stdio: ['pipe', 'inherit', 'inherit'],
    timeout: LIMIT_MS,
  });
  for (let n = 1; n <= commits; n += 1) {
    const person = n % 900;
    const who = `Person ${person} <${person}+p${person}@users.noreply.github.com> ${1_600_000_000 + n} +0000`;
    const trailer =
      n % 5 === 0
        ? `\nCo-authored-by: Person ${n % 77} <${n % 77}+p${n % 77}@users.noreply.github.com>\n`
        : '';
    const credit = n % 40 === 0 ? `\nSalvaged from #${n} by @p${n % 900}.\n` : '';
    const message = `feat(part${n % 30}): change number ${n} of this history (#${n + 1})\n\nSome words on why, ${n}, as people write\nthem over two lines.\n${credit}${trailer}`;
    const text = `commit refs/heads/main\ncommitter ${who}\ndata ${Buffer.byteLength(message)}\n${message}\n`;
    if (!child.stdin.write(text))
      await new Promise((resolve) => child.stdin.once('drain', resolve));
  }
  child.stdin.end();
  await new Promise((resolve) => child.on('close', resolve));
  spawnSync('git', ['-C', dir, 'symbolic-ref', 'HEAD', 'refs/heads/main'], { timeout: LIMIT_MS });
  return dir;
}

function time(command: string, args: readonly string[]): number {
  const began = performance.now();
  const { status, error } = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
  });
  if (status !== 0) throw new Error(`${command} ${args[0]} gave ${status} ${error ?? ''}`);
  return performance.now() - began;
}

/** The middle of a few: one slow run of a shared machine says nothing. */
function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

/** The highest memory of an audit process, as its own system counts it. */
function peakOf(dir: string): number {
  const code = `const {main}=await import(${JSON.stringify(MODULE)});process.stdout.write=()=>true;await main(['node','audit','--repo',${JSON.stringify(dir)},'--offline','--quiet']);process.stderr.write(String(process.resourceUsage().maxRSS))`;
  const done = spawnSync(process.execPath, ['--input-type=module', '-e', code], {
    timeout: LIMIT_MS,
  });
  return Number(done.stderr.toString()) / 1024;
}

function measure(dir: string, commits: number, times: number, withStart: boolean): Row {
  const audit = () => time(process.execPath, [AUDIT, '--repo', dir, '--offline', '--quiet']);
  audit(); // The first run compiles.
  // In turns, so that a busy minute of a shared machine is in all three.
  const rounds = Array.from({ length: times }, () => ({
    git: time('git', ['-C', dir, ...logArgs(['HEAD'])]),
    node: time(process.execPath, ['-e', '0']),
    audit: audit(),
  }));
  const gitMs = median(rounds.map((each) => each.git));
  const nodeMs = median(rounds.map((each) => each.node));
  const auditMs = median(rounds.map((each) => each.audit));
  const base = withStart ? gitMs + nodeMs : gitMs;
  return { commits, gitMs, nodeMs, auditMs, ratio: auditMs / base, peakMb: peakOf(dir) };
}

/** The audit against a bare `git log` of the same fields, in one run. Prints a table. */
export async function run(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [commits, times] of [
    [5_900, 7],
    [200_000, 3],
  ] as const) {
    const dir = await generate(commits);
    try {
      rows.push(measure(dir, commits, times, commits < 10_000));
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  }
  console.log('contributor-audit --offline against a bare git log of the same fields');
  console.table(
    rows.map(({ commits, gitMs, nodeMs, auditMs, ratio, peakMb }) => ({
      commits,
      'git log, ms': Math.round(gitMs),
      'node start, ms': Math.round(nodeMs),
      'audit, ms': Math.round(auditMs),
      ratio: ratio.toFixed(2),
      'to reach': commits < 10_000 ? '3.00 (of git log + node)' : '1.50 (of git log)',
      'peak, MB': Math.round(peakMb),
    })),
  );
  return rows;
}

if (import.meta.main) await run();
