import type { Journal } from '../journal/journal.ts';

/**
 * What platforms call the placeholders that running turns' replies will replace. In the journal before
 * it is used, so that a crash, or a successor that sends the reply, finds it and edits instead of
 * sending a second message.
 */
export class Placeholders {
  readonly #journal: Journal;

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** Keeps an id for a turn and returns the one in force: the first stays. Without an id it only asks. */
  async keep(turn: string, platformId?: string): Promise<string | undefined> {
    const known = await this.of(turn);
    if (known !== undefined || platformId === undefined) return known;
    await this.#journal.setCursor(name(turn), platformId);
    return platformId;
  }

  async of(turn: string): Promise<string | undefined> {
    const kept = await this.#journal.cursor(name(turn));
    return typeof kept === 'string' ? kept : undefined;
  }

  /** The reply is written and carries it. */
  async forget(turn: string): Promise<void> {
    await this.#journal.setCursor(name(turn), null);
  }
}

function name(turn: string): string {
  return `placeholder:${turn}`;
}
