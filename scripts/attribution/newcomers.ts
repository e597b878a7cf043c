import { type Dialect, GITHUB } from './dialect.ts';
import { type History, openHistory } from './history.ts';
import type { Ident, Person } from './model.ts';
import { pathspecs, type Range } from './range.ts';
import { coAuthors } from './trailers.ts';

/**
 * The history before a range, in its paths, read beside the range itself: git walks both at once. Who is looked
 * for is known only when the range is read; until then each name and address is remembered, and from then on
 * reading ends where everyone has been seen.
 */
export class EarlierHistory {
  readonly #history: History | undefined;
  readonly #read: Promise<void>;
  readonly #words = new Set<string>();
  #sight: (word: string) => void = (word) => this.#words.add(word);
  #enough = () => false;

  /** Begins to read. A range without a start has nothing before it. */
  constructor(dir: string, range: Range) {
    const { since } = range;
    this.#history =
      since === undefined ? undefined : openHistory(dir, [since.sha], pathspecs(range));
    this.#read = this.#history === undefined ? Promise.resolve() : this.#follow(this.#history);
    // It is told to whoever asks for newcomers.
    this.#read.catch(() => {});
  }

  /**
   * Tells who of these has no commit and no trailer before the range. Without a start, that is everyone. A
   * namesake before it is nobody's join, but reason enough not to say "first".
   * @throws CannotCheck when git fails.
   */
  async newcomers(people: readonly Person[], dialect: Dialect = GITHUB): Promise<Set<Person>> {
    const fresh = new Set(people);
    if (this.#history === undefined) return fresh;
    const known = new Map<string, Person[]>();
    for (const person of people) {
      const words = [...person.emails, ...person.logins, ...person.names].map(plain);
      for (const word of new Set(words)) known.set(word, [...(known.get(word) ?? []), person]);
    }
    const meet = (word: string) => {
      for (const person of known.get(word) ?? []) fresh.delete(person);
    };
    const sight = (word: string) => {
      meet(word);
      const login = word.includes('@') ? dialect.noReply(word)?.login : undefined;
      if (login !== undefined) meet(plain(login));
    };
    for (const word of this.#words) sight(word);
    this.#words.clear();
    this.#sight = sight;
    this.#enough = () => fresh.size === 0;
    if (fresh.size === 0) this.stop();
    else await this.#read;
    return fresh;
  }

  /** Ends git, where it has not ended. */
  stop(): void {
    this.#history?.stop();
  }

  async #follow(history: History): Promise<void> {
    // History has one object for all commits of an author.
    const sighted = new Set<Ident>();
    const sight = ({ name, email }: Ident) => {
      this.#sight(plain(email));
      this.#sight(plain(name));
    };
    for await (const commits of history.commits) {
      for (const { author, raw, message } of commits) {
        for (const ident of [author, raw]) {
          if (!sighted.has(ident)) sight(ident);
          sighted.add(ident);
        }
        for (const trailer of coAuthors(message)) sight(trailer);
      }
      if (this.#enough()) return history.stop();
    }
  }
}

function plain(word: string): string {
  return word.replace(/^@/, '').toLowerCase();
}
