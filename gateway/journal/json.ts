/** A JSON column's text, or NULL for what is absent. */
export function json(value: unknown): string | null {
  return value === undefined ? null : JSON.stringify(value);
}

export function unjson<T>(text: string | null): T | undefined {
  return text === null ? undefined : (JSON.parse(text) as T);
}
