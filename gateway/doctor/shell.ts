/** A word of a shell command that a person can paste. */
export function shellWord(word: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A command line for a person. */
export function shellLine(...words: readonly string[]): string {
  return words.map(shellWord).join(' ');
}
