import type { Host } from '../../platform.ts';

const LENGTH = 60;

/**
 * Names a conversation of the page by its first words, without their markup, unless it has a name. Best effort: a name is for
 * the list of conversations, and a person can give another.
 */
export class Titles {
  readonly #host: Host;
  readonly #seen = new Set<string>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** To be told of each message that was accepted. */
  async heard(session: string, lane: string, text: string): Promise<void> {
    // A command says nothing about what will be talked of.
    if (text.startsWith('/') || this.#seen.has(session)) return;
    this.#seen.add(session);
    if (this.#seen.size > 1000) this.#seen.clear();
    const { operations, log } = this.#host;
    try {
      const known = (await operations.sessions({ lane, limit: 5 })).find((s) => s.id === session);
      if (known === undefined || (known.title ?? '') !== '') return;
      // Not before it is needed: the parser is large, and a gateway has to be ready soon.
      const { firstLineOf } = await import('../../shared/firstLine.ts');
      const title = titleOf(firstLineOf(text));
      if (title !== '') await operations.renameSession(session, title);
    } catch (error) {
      log.debug({ session, error: String(error) }, 'a conversation was not named');
    }
  }
}

/** A line, cut between words. */
export function titleOf(line: string): string {
  if (line.length <= LENGTH) return line;
  const cut = line.slice(0, LENGTH);
  const space = cut.lastIndexOf(' ');
  return `${(space > LENGTH / 2 ? cut.slice(0, space) : cut).toWellFormed()}…`;
}
