import type { CommitFact, Forge, Gap, PullFact } from '../attribution/facts.ts';
import type { FactCache } from './cache.ts';

/** Where the answers about pull requests go. */
export interface PullAnswers {
  /** An older answer, with the ETag that it came with. */
  stored(number: number): { readonly fact: PullFact; readonly etag?: string } | undefined;
  fact(fact: PullFact, etag?: string): void;
  gap(number: number, why: string): void;
}

/** What a forge is asked when the cache does not know. */
export interface Questions {
  /** Every number ends as a fact or as a gap. */
  pulls(numbers: readonly number[], answers: PullAnswers): Promise<void>;
  /** What could not be had is given back; a commit that was never pushed is neither. */
  commits(shas: readonly string[], answer: (fact: CommitFact) => void): Promise<Gap[]>;
  /** Requests with the commits that they can have ended as, newest change first. */
  merged?(since: Date | undefined): AsyncIterable<Merged>;
  why(error: unknown): string;
}

/** A request that was merged. */
export interface Merged {
  readonly fact: PullFact;
  readonly commits: readonly (string | null | undefined)[];
}

/** A forge that is only asked for what the cache has not, or no longer. */
export function cached(cache: FactCache, mark: string, questions: Questions): Forge {
  const { merged } = questions;
  return {
    async pulls(numbers) {
      const facts = new Map<number, PullFact>();
      const gaps = new Map<number, Gap>();
      const wanted: number[] = [];
      for (const number of numbers) {
        const stored = cache.pull(number);
        if (stored?.fresh) facts.set(number, stored.fact);
        else wanted.push(number);
      }
      if (wanted.length === 0) return { facts, gaps };
      await questions.pulls(wanted, {
        stored: (number) => cache.pull(number),
        fact(fact, etag) {
          facts.set(fact.number, fact);
          cache.setPull(fact, etag);
        },
        gap: (number, why) => void gaps.set(number, { what: `${mark}${number}`, why }),
      });
      await cache.save();
      return { facts, gaps };
    },
    async commits(shas) {
      const facts = new Map<string, CommitFact>();
      const wanted: string[] = [];
      for (const sha of shas) {
        const fact = cache.commit(sha);
        if (fact === undefined) wanted.push(sha);
        else facts.set(sha, fact);
      }
      if (wanted.length === 0) return { facts, gaps: [] };
      const gaps = await questions.commits(wanted, (fact) => {
        facts.set(fact.sha, fact);
        cache.setCommit(fact);
      });
      await cache.save();
      return { facts, gaps };
    },
    ...(merged === undefined
      ? {}
      : {
          async landed(shas, since) {
            const facts: PullFact[] = [];
            let gap: Gap | undefined;
            try {
              for await (const { fact, commits } of merged(since)) {
                const landedAs = commits.find((sha) => sha != null && shas.has(sha));
                if (landedAs == null) continue;
                facts.push({ ...fact, landedAs });
                cache.setPull({ ...fact, landedAs });
              }
            } catch (error) {
              gap = { what: 'what the commits came in by', why: questions.why(error) };
            }
            await cache.save();
            return { facts, ...(gap === undefined ? {} : { gap }) };
          },
        }),
  };
}

/** The gap of commits that were not asked for. */
export function accountsGap(count: number, why: string): Gap {
  return { what: `the accounts behind ${count} commit${count === 1 ? '' : 's'}`, why };
}
