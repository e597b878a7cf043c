import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { logArgs } from '../../scripts/attribution/history.ts';
import { at, spread, table } from '../table.ts';
import { generate, notesOf } from './generate.ts';

/** As a user runs it: the launcher keeps compiled modules. */
const BIN = join(import.meta.dirname, '../../bin');
const LIMIT_MS = 300_000;
const ROUNDS = 5;

/** What is measured: a range of a repository, and notes of it. */
interface Subject {
  readonly dir: string;
  readonly since?: string | undefined;
  readonly until: string;
  readonly notes: string;
}

const TELLS_MEMORY =
  "data:text/javascript,process.on('exit',()=>process.stderr.write('\\npeak '+process.resourceUsage().maxRSS))";

function run(command: string, args: readonly string[]): { ms: number; stderr: string } {
  const began = performance.now();
  const done = spawnSync(command, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT_MS,
    maxBuffer: 100_000_000,
  });
  const ms = performance.now() - began;
  const stderr = done.stderr.toString();
  // 1 is an audit with findings. 2 is one that is incomplete: offline, sources are not all known.
  if (done.status === null || done.status > 2 || /^error:/m.test(stderr))
    throw new Error(`${command} ${args[0]} gave ${done.status ?? done.signal}: ${stderr}`);
  return { ms, stderr };
}

/** Each command with its arguments, and what of git it cannot do without. */
function commandsOf({ dir, since, until, notes }: Subject) {
  const range = [...(since === undefined ? [] : ['--since-tag', since]), '--until', until];
  const shared = ['--repo', dir, ...range, '--offline', '--quiet'];
  return {
    audit: ['sluice-contributor-audit.js', ...shared],
    'audit with notes': ['sluice-contributor-audit.js', ...shared, '--release-file', notes],
    release: ['sluice-release.js', ...shared],
  } as const;
}

/** Prints each command beside its floor, measured in turns, so that a busy minute is in all of them. */
async function measure(title: string, subject: Subject): Promise<void> {
  const { dir, since, until } = subject;
  const git = (revisions: readonly string[]) => run('git', ['-C', dir, ...logArgs(revisions)]).ms;
  const commands = Object.entries(commandsOf(subject)).map(([name, [file, ...args]]) => ({
    name,
    args: [join(BIN, file), ...args],
    ms: [] as number[],
  }));
  const floor = { log: [] as number[], earlier: [] as number[], node: [] as number[] };
  for (const { args } of commands) run(process.execPath, args); // The first run compiles.
  for (let round = 0; round < ROUNDS; round += 1) {
    floor.log.push(git(since === undefined ? [until] : [until, `^${since}`]));
    floor.earlier.push(since === undefined ? 0 : git([since]));
    floor.node.push(run(process.execPath, ['-e', '0']).ms);
    for (const { args, ms } of commands) ms.push(run(process.execPath, args).ms);
  }
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const [log, earlier, node] = [floor.log, floor.earlier, floor.node].map((each) => at(each, 0.5));
  const rows: [string, string, string][] = [
    ['git log of the range', spread(floor.log, ms), ''],
    ['git log of what was before', spread(floor.earlier, ms), 'read by release, for who is new'],
    ["Node's start", spread(floor.node, ms), ''],
  ];
  for (const each of commands) {
    const middle = at(each.ms, 0.5);
    const over = (base: number, what: string) => `${(middle / base).toFixed(2)} × ${what}`;
    const whole = each.name === 'release' && earlier! > 0;
    const compared = [
      over(log! + node!, 'git log + Node'),
      over(log!, 'git log'),
      ...(whole ? [over(log! + earlier! + node!, 'both git logs + Node')] : []),
    ];
    rows.push([each.name, spread(each.ms, ms), compared.join(', ')]);
  }
  for (const { name, args } of commands) {
    const { stderr } = run(process.execPath, ['--import', TELLS_MEMORY, ...args]);
    const kib = Number(/peak (\d+)$/.exec(stderr.trimEnd())?.[1]);
    rows.push([`${name}, peak memory`, `${(kib / 1024).toFixed(0)} MB`, '']);
  }
  table(title, rows);
}

async function inFolder(work: (dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/**
 * Both commands, offline, against a bare `git log` of the same fields. On made-up histories with the figures of real
 * ones, or on any clone: BENCH_REPO=PATH [BENCH_SINCE=REV] [BENCH_UNTIL=REV] [BENCH_NOTES=FILE], without notes on those
 * that `release` writes.
 */
export async function benchAudit(): Promise<void> {
  const { BENCH_REPO, BENCH_SINCE, BENCH_NOTES, BENCH_UNTIL = 'HEAD' } = process.env;
  await inFolder(async (scratch) => {
    const notes = join(scratch, 'notes.md');
    if (BENCH_REPO !== undefined) {
      const subject = { dir: resolve(BENCH_REPO), since: BENCH_SINCE, until: BENCH_UNTIL };
      const given = BENCH_NOTES === undefined ? notes : resolve(BENCH_NOTES);
      if (BENCH_NOTES === undefined) {
        const [file, ...args] = commandsOf({ ...subject, notes: given }).release;
        run(process.execPath, [join(BIN, file), ...args, '--output', notes]);
      }
      await measure(`${subject.dir} ${BENCH_SINCE ?? ''}..${BENCH_UNTIL}`, {
        ...subject,
        notes: given,
      });
      return;
    }
    for (const [commits, before] of [
      [12_000, 6_000],
      [200_100, 100],
    ] as const) {
      const dir = join(scratch, `${commits}`);
      writeFileSync(notes, notesOf(await generate(dir, commits, before)));
      await measure(`${commits - before} commits after ${before}, as measured of real histories`, {
        dir,
        since: 'v1.0.0',
        until: 'main',
        notes,
      });
    }
  });
}

if (import.meta.main) await benchAudit();
