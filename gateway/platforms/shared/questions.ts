import { createHash } from 'node:crypto';
import type { AskedQuestion } from '../../core/progress.ts';

/** A button's answer to a question of a running turn. */
export interface Choice {
  readonly turn: string;
  readonly question: string;
  readonly option: string;
  readonly label: string;
  /** The chat that was asked; a button pressed elsewhere answers nothing. */
  readonly chat: string;
}

const MOST = 1_000;

/**
 * The questions that are open, by short keys that fit into a button (platforms allow 64 to 100 bytes).
 * A key is made of the turn, the question and the option, so the buttons that an earlier instance
 * posted work again as soon as the turn's next run has shown its question.
 */
export class Questions {
  readonly #choices = new Map<string, Choice>();

  add(turn: string, asked: AskedQuestion, chat: string): { key: string; label: string }[] {
    for (const key of this.#choices.keys()) {
      if (this.#choices.size <= MOST) break;
      this.#choices.delete(key);
    }
    return asked.options.map(({ id, label }) => {
      const key = keyOf(turn, asked.id, id);
      this.#choices.set(key, { turn, question: asked.id, option: id, label, chat });
      return { key, label };
    });
  }

  /** The choice of a button; the question is closed by it. */
  take(key: string, chat: string): Choice | undefined {
    const choice = this.#choices.get(key);
    if (choice === undefined || choice.chat !== chat) return undefined;
    for (const [other, { turn, question }] of this.#choices) {
      if (turn === choice.turn && question === choice.question) this.#choices.delete(other);
    }
    return choice;
  }

  /** The turn is over: its buttons answer nothing any more. */
  forget(turn: string): void {
    for (const [key, choice] of this.#choices) if (choice.turn === turn) this.#choices.delete(key);
  }
}

function keyOf(...parts: string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 20);
}
