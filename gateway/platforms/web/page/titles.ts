import type { Host } from '../../platform.ts';

const LENGTH = 60;

/**
 * Names a conversation of the page by its first words, unless it has a name. Best effort: a name is for
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
      await operations.renameSession(session, titleOf(text));
    } catch (error) {
      log.debug({ session, error: String(error) }, 'a conversation was not named');
    }
  }
}

/** The first line, cut between words. */
export function titleOf(text: string): string {
  const line = text.trim().split('\n', 1)[0] as string;
  if (line.length <= LENGTH) return line;
  const cut = line.slice(0, LENGTH);
  const space = cut.lastIndexOf(' ');
  return `${(space > LENGTH / 2 ? cut.slice(0, space) : cut).toWellFormed()}…`;
}
