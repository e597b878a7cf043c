import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePrivate } from '../../../files/private.ts';

const KEPT = 500;

/**
 * What was typed before, in the gateway's home, readable by its owner only: the newest first, as
 * readline wants it. A message of several lines is kept as one. Never throws: a chat works without.
 */
export class History {
  readonly #file: string;

  constructor(home: string) {
    this.#file = join(home, 'chat_history');
  }

  load(): string[] {
    try {
      const lines = readFileSync(this.#file, 'utf8').split('\n').filter(Boolean);
      const kept = lines.slice(-KEPT);
      if (lines.length > 2 * KEPT) writeFileSync(this.#file, `${kept.join('\n')}\n`);
      return kept.reverse();
    } catch {
      return [];
    }
  }

  add(text: string): void {
    try {
      makePrivate(this.#file);
      appendFileSync(this.#file, `${text.replaceAll('\n', ' ')}\n`);
    } catch {
      // A full disk, say; the arrow keys forget this one.
    }
  }
}
