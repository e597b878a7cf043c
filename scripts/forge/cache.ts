import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CommitFact, PullFact } from '../attribution/facts.ts';

/** A pull request's description can be edited: after this long it is asked for again. */
export const MUTABLE_AGE_MS = 24 * 60 * 60 * 1000;

interface Stored<T> {
  readonly fact: T;
  readonly at: number;
  readonly etag?: string;
}
interface Content {
  version: 1;
  pulls: Record<string, Stored<PullFact>>;
  commits: Record<string, Stored<CommitFact>>;
}

/** What was fetched before, in one JSON file for each repository. */
export class FactCache {
  readonly #file: string;
  readonly #now: () => number;
  #content: Content = { version: 1, pulls: {}, commits: {} };
  #changed = false;

  private constructor(file: string, now: () => number) {
    this.#file = file;
    this.#now = now;
  }

  /** Opens a cache; an absent, foreign or broken file is an empty one. */
  static async open(file: string, now: () => number = Date.now): Promise<FactCache> {
    const cache = new FactCache(file, now);
    try {
      const content = JSON.parse(await readFile(file, 'utf8')) as Content;
      if (content.version === 1) cache.#content = content;
    } catch {
      // Nothing is lost but time.
    }
    return cache;
  }

  /** Every pull request known, whatever its age: for offline runs and for authors. */
  pulls(): Map<number, PullFact> {
    return new Map(Object.values(this.#content.pulls).map(({ fact }) => [fact.number, fact]));
  }

  pull(number: number): (Stored<PullFact> & { readonly fresh: boolean }) | undefined {
    const stored = this.#content.pulls[number];
    return stored && { ...stored, fresh: this.#now() - stored.at < MUTABLE_AGE_MS };
  }

  setPull(fact: PullFact, etag?: string): void {
    const at = this.#now();
    this.#content.pulls[fact.number] = { fact, at, ...(etag === undefined ? {} : { etag }) };
    this.#changed = true;
  }

  /** A commit's authors; an author without an account may get one, so that answer ages. */
  commit(sha: string): CommitFact | undefined {
    const stored = this.#content.commits[sha];
    if (stored === undefined) return undefined;
    const settled = stored.fact.authors.length > 0 || this.#now() - stored.at < MUTABLE_AGE_MS;
    return settled ? stored.fact : undefined;
  }

  setCommit(fact: CommitFact): void {
    this.#content.commits[fact.sha] = { fact, at: this.#now() };
    this.#changed = true;
  }

  /** Writes beside the file and renames, so that a reader never sees half of it. */
  async save(): Promise<void> {
    if (!this.#changed) return;
    await mkdir(dirname(this.#file), { recursive: true });
    const part = `${this.#file}.${process.pid}.part`;
    await writeFile(part, JSON.stringify(this.#content));
    await rename(part, this.#file);
    this.#changed = false;
  }
}
