/**
 * Secret values that must never be written anywhere. Whoever reads a secret adds it here first; the
 * log masks every occurrence, wherever in a line it stands.
 */
export class Secrets {
  readonly #values = new Set<string>();
  #pattern: RegExp | undefined;

  /** Values shorter than 4 characters are not masked: they would tear ordinary words apart. */
  add(value: string | undefined): void {
    if (value === undefined || value.length < 4) return;
    // As it is, and as it stands inside a JSON string or a URL.
    for (const form of [value, JSON.stringify(value).slice(1, -1), encodeURIComponent(value)]) {
      this.#values.add(form);
    }
    this.#pattern = new RegExp(
      [...this.#values]
        .toSorted((a, b) => b.length - a.length)
        .map((v) => v.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
        .join('|'),
      'g',
    );
  }

  mask(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, '***');
  }
}
