import type { Check } from './check.ts';
import { CHECKS } from './checks.ts';
import { examinee } from './examinee.ts';
import { type Finding, says } from './finding.ts';
import type { World } from './world.ts';

export interface Examination {
  /** In the order of the checks. */
  readonly findings: readonly Finding[];
  /** What the safe mends have done, one line each; what failed says so. */
  readonly mended: readonly string[];
}

export interface ExaminationOptions {
  /** Apply the safe mends, and look again. */
  readonly fix?: boolean;
  readonly checks?: readonly Check[];
  /** How long one pass may take, whatever hangs. */
  readonly limitMs?: number;
  /** How long the second pass, after mending, may take. */
  readonly againMs?: number;
}

/** With Node's own start, one pass and a second after mending stay within ten seconds. */
const LIMIT_MS = 7_000;
const AGAIN_MS = 1_000;

/**
 * Runs every check at once, each bounded, and reports those that hang. With `fix` it mends what can
 * be mended without harm, and runs the checks that were concerned again.
 */
export async function examine(
  world: World,
  options: ExaminationOptions = {},
): Promise<Examination> {
  const { checks = CHECKS, limitMs = LIMIT_MS, againMs = AGAIN_MS } = options;
  const first = await pass(world, checks, limitMs);
  const fixable = [...first].filter(([, findings]) => findings.some((f) => f.fix !== undefined));
  const done = (found: Results, mended: readonly string[]): Examination => ({
    findings: checks.flatMap((check) => found.get(check) ?? []),
    mended,
  });
  if (!options.fix || fixable.length === 0) return done(first, []);
  const mended: string[] = [];
  for (const { fix, what } of fixable.flatMap(([, findings]) => findings)) {
    if (fix === undefined) continue;
    mended.push(
      await fix().catch((e: unknown) => `could not mend "${what}": ${(e as Error).message}`),
    );
  }
  const again = await pass(
    world,
    fixable.map(([check]) => check),
    againMs,
  );
  return done(new Map([...first, ...again]), mended);
}

type Results = ReadonlyMap<Check, readonly Finding[]>;

async function pass(world: World, checks: readonly Check[], limitMs: number): Promise<Results> {
  const of = examinee(world);
  const signal = AbortSignal.timeout(limitMs);
  const found = await Promise.all(
    checks.map(async (check) => {
      const { promise: late, resolve } = Promise.withResolvers<readonly Finding[]>();
      const timer = setTimeout(() => resolve(tooLate(check.name, limitMs)), limitMs + 50);
      try {
        return [check, await Promise.race([check.examine(of, signal), late])] as const;
      } catch (error) {
        return [check, [unexpected(check.name, error as Error)]] as const;
      } finally {
        clearTimeout(timer);
      }
    }),
  );
  return new Map(found);
}

function tooLate(name: string, limitMs: number): readonly Finding[] {
  return [
    says(name).problem(
      `no end after ${limitMs / 1000} s: something that it asks does not answer`,
      'look at the network and the disks (`df -h` hanging too means a lost mount), then: sluice doctor',
    ),
  ];
}

function unexpected(name: string, error: Error): Finding {
  return says(name).problem(
    `it cannot be examined: ${error.message}`,
    'SLUICE_DEBUG=1 sluice doctor',
  );
}
