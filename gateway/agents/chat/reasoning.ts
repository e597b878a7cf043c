/** A piece of an answer: what is said, or what the model thought before it said that. */
export interface Piece {
  readonly kind: 'text' | 'thought';
  readonly text: string;
}

/** Tags between which models put their reasoning: what opens it, and what closes it. */
const TAGS: readonly (readonly [open: string, close: string])[] = [
  ['<think>', '</think>'],
  ['<thinking>', '</thinking>'],
  ['<thought>', '</thought>'],
  ['<reasoning>', '</reasoning>'],
  ['[THINK]', '[/THINK]'],
  ['<|begin_of_thought|>', '<|end_of_thought|>'],
  ['◁think▷', '◁/think▷'],
];

/** A closing tag on a line of its own, whose opening one the model's template has kept to itself. */
const ORPHAN = /^[ \t]*(?:<\/think(?:ing)?>|\[\/THINK\]|◁\/think▷)[ \t]*$/m;

/**
 * Takes the reasoning out of a text that comes in pieces.
 *
 *     start ──tag──▶ thinking ──its end──▶ start ──anything else──▶ saying
 *     assumed ─────────┘
 *
 * - assumed: as thinking, because the model's template is thought to keep the opening tag to itself. Where
 *   the reasoning comes by itself or with its tag, that was wrong.
 * - start: nothing was said yet; white space is kept back, for it may stand before a tag.
 * - thinking: until the closing tag. What could be its beginning is kept back.
 * - saying: the rest. A tag in the middle of an answer is a word of the answer.
 */
export class ReasoningSplitter {
  #state: 'start' | 'thinking' | 'saying' = 'start';
  #close = '';
  #held = '';
  /** A closing tag has ended what was only assumed to be reasoning. */
  confirmed = false;
  #assumed: boolean;
  /** How the text begins is known. */
  #looked = false;

  /** `assumed`: the text begins with reasoning that has only a closing tag. */
  constructor(assumed = false) {
    this.#assumed = assumed;
    if (!assumed) return;
    this.#state = 'thinking';
    this.#close = '</think>';
  }

  /** Whether all that came so far is reasoning by assumption only. */
  get assumes(): boolean {
    return this.#assumed;
  }

  /** The reasoning comes by another way, so the text is the answer. */
  notHere(): void {
    if (!this.#assumed) return;
    this.#assumed = false;
    this.#state = 'start';
  }

  push(text: string): Piece[] {
    this.#held += text;
    const pieces: Piece[] = [];
    while (this.#step(pieces)) {
      // One state after the other, as far as what has come decides.
    }
    return pieces;
  }

  /** The answer is over: what was kept back is what it seemed to be. */
  end(): Piece[] {
    const text = this.#held;
    this.#held = '';
    if (text === '') return [];
    return [{ kind: this.#state === 'thinking' ? 'thought' : 'text', text }];
  }

  #step(pieces: Piece[]): boolean {
    if (this.#state === 'saying') return this.#give(pieces, 'text', this.#held.length);
    if (this.#state === 'start' || !this.#looked) return this.#look();
    const at = this.#held.indexOf(this.#close);
    if (at < 0) {
      return this.#give(pieces, 'thought', this.#held.length - tail(this.#held, this.#close));
    }
    this.#give(pieces, 'thought', at);
    this.#held = this.#held.slice(this.#close.length);
    this.confirmed ||= this.#assumed;
    this.#assumed = false;
    this.#state = 'start';
    return true;
  }

  /** How the text begins: with a tag, or not. */
  #look(): boolean {
    const said = this.#held.trimStart();
    if (said === '') return false;
    for (const [open, close] of TAGS) {
      if (said.startsWith(open)) {
        this.#held = said.slice(open.length);
        this.#close = close;
        this.#state = 'thinking';
        this.#assumed = false;
        this.#looked = true;
        return true;
      }
      if (open.startsWith(said)) return false;
    }
    this.#looked = true;
    if (this.#assumed) return true;
    this.#held = said;
    this.#state = 'saying';
    return true;
  }

  /** False: nothing more is decided until more has come. */
  #give(pieces: Piece[], kind: Piece['kind'], length: number): false {
    const text = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    if (text !== '') pieces.push({ kind, text });
    return false;
  }
}

/** How many characters at the end of a text could be the beginning of a tag. */
function tail(text: string, tag: string): number {
  for (let n = Math.min(tag.length - 1, text.length); n > 0; n--)
    if (text.endsWith(tag.slice(0, n))) return n;
  return 0;
}

/**
 * A whole answer that turns out to have begun with reasoning: a closing tag stands alone on a line, outside
 * of code, with more behind it. Undefined where there is none.
 */
export function withoutOrphan(text: string): { thought: string; text: string } | undefined {
  const match = ORPHAN.exec(text);
  if (match === null) return undefined;
  const thought = text.slice(0, match.index);
  const said = text.slice(match.index + match[0].length).trimStart();
  const inCode = (thought.match(/^```/gm)?.length ?? 0) % 2 === 1;
  return said === '' || inCode ? undefined : { thought: thought.trim(), text: said };
}
