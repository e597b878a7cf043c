import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Claim, Journal } from '../gateway/journal/journal.ts';
import { openSqliteJournal } from '../gateway/journal/sqlite/client.ts';
import { message, settle, turn as wholeTurn } from './journalTurn.ts';
import { rawCommits } from './rawCommits.ts';
import { at, table } from './table.ts';

/** How many turns each figure rests on. */
const SINGLE = 1_000;
const LANES = 50;
const TOTAL = 10_000;
const claim: Claim = { holder: 'bench', now: 1, burstWindowMs: 0 };

/** Prints the journal's cost per turn beside its floor: a durable commit of one row on the same disk. */
export async function benchJournal(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    const floor = rawCommits(folder, SINGLE);
    const journal = await openSqliteJournal({ file: join(folder, 'journal.db') });
    const accepts = await sample(SINGLE, async (i) => {
      await journal.accept(message(`a${i}`, `accept-${i}`), { now: 1, queueLimit: 50, claim });
    });
    const turns = await sample(SINGLE, (i) => turn(journal, `t${i}`, 'one'));
    const busy = await throughput(journal, 'x');
    const few = await spread(journal, 'few', 10);
    const many = await spread(journal, 'many', 10_000);
    await journal.close();
    const p50 = at(floor, 0.5);
    table('journal (SQLite)', [
      ['raw durable commit, one row', `p50 ${ms(p50)}  p99 ${ms(at(floor, 0.99))}`, ''],
      ['accept, turn started', `p50 ${ms(at(accepts, 0.5))}`, ratio(at(accepts, 0.5) / p50)],
      ['accept + endTurn (2 commits)', `p50 ${ms(at(turns, 0.5))}`, ratio(at(turns, 0.5) / p50)],
      [`turns/s, ${LANES} lanes, sends settled`, busy.toFixed(0), ratio(busy / (1000 / p50))],
      ['ms per turn over 10 lanes', ms(few), ''],
      ['ms per turn over 10,000 lanes', ms(many), ratio(many / few)],
      ['memory after all, MB (RSS)', (process.memoryUsage.rss() / 2 ** 20).toFixed(0), ''],
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A whole turn: committed, started, answered, its reply sent. The settling is not waited for. */
async function turn(journal: Journal, id: string, lane: string): Promise<void> {
  await wholeTurn(journal, { id, lane, holder: claim.holder });
  settling.push(settle(journal, id));
}
let settling: Promise<void>[] = [];

/** Turns per second when every lane runs one after another. */
async function throughput(journal: Journal, name: string): Promise<number> {
  const start = performance.now();
  await Promise.all(
    Array.from({ length: LANES }, async (_, lane) => {
      for (let i = 0; i < TOTAL / LANES; i++)
        await turn(journal, `${name}-${lane}-${i}`, `l${lane}`);
    }),
  );
  await settled();
  return (TOTAL / (performance.now() - start)) * 1000;
}

/** Milliseconds per turn, ten at a time, spread over `lanes` lanes that exist already. */
async function spread(journal: Journal, name: string, lanes: number): Promise<number> {
  const run = async (round: string, count: number, stride: number): Promise<void> => {
    for (let i = 0; i < count; i += 10) {
      await Promise.all(
        Array.from({ length: 10 }, (_, k) =>
          turn(journal, `${name}-${round}-${i + k}`, `${name}-${((i + k) * stride) % lanes}`),
        ),
      );
    }
    await settled();
  };
  await run('warm', lanes, 1);
  const start = performance.now();
  // 7919 is prime: the lanes come in no order that a cache would like.
  await run('run', 5_000, 7919);
  return (performance.now() - start) / 5_000;
}

async function settled(): Promise<void> {
  const all = settling;
  settling = [];
  await Promise.all(all);
}

async function sample(count: number, run: (i: number) => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    await run(i);
    times.push(performance.now() - start);
    await settled();
  }
  return times;
}

function ms(value: number): string {
  return `${value.toFixed(3)} ms`;
}

function ratio(value: number): string {
  return `${value.toFixed(2)} x`;
}
