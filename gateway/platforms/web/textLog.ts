/** Units after which a new part is begun. */
const PART = 4096;

/**
 * A text that grows at its end and is read from many places while it does. It is kept in parts, so that
 * reading a piece costs its own length; one long string would be copied whole at each turn of
 * append and read.
 */
export class TextLog {
  readonly #parts: string[] = [];
  /** Where each part begins. */
  readonly #starts: number[] = [];
  #length = 0;

  /** In UTF-16 units. */
  get length(): number {
    return this.#length;
  }

  append(text: string): void {
    const last = this.#parts.length - 1;
    if (last >= 0 && (this.#parts[last] as string).length < PART) this.#parts[last] += text;
    else {
      this.#parts.push(text);
      this.#starts.push(this.#length);
    }
    this.#length += text.length;
  }

  /** What there is from `from` on, at most `max` units and at least one where there is any. */
  read(from: number, max: number): string {
    if (from >= this.#length) return '';
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#starts[middle] as number) <= from) low = middle;
      else high = middle - 1;
    }
    const at = from - (this.#starts[low] as number);
    return (this.#parts[low] as string).slice(at, at + max);
  }

  /** Everything from `from` on. */
  from(from: number): string {
    let text = '';
    for (let at = from; at < this.#length; ) {
      const piece = this.read(at, this.#length);
      text += piece;
      at += piece.length;
    }
    return text;
  }

  toString(): string {
    return this.#parts.join('');
  }
}
