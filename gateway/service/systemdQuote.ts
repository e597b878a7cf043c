import { ConfigError } from '../core/exit.ts';

// How words are written in a unit (systemd.syntax(7), systemd.service(5) "Command lines").

/** A word of a command line: quoted, with specifiers and variables taken literally. */
export function execWord(word: string): string {
  const literal = specifiers(word).replaceAll('$', '$$$$');
  return /^[A-Za-z0-9_@%+=:,./$-]+$/.test(literal) ? literal : quoted(literal);
}

/** An assignment for Environment=: variables are not expanded there. */
export function assignment(name: string, value: string): string {
  return quoted(specifiers(`${name}=${value}`));
}

/** A path that fills its line (WorkingDirectory=): nothing is quoted there. */
export function path(value: string): string {
  return specifiers(value);
}

/** @throws ConfigError for what no line of a unit can hold. */
function specifiers(text: string): string {
  if (/[\n\r\0]/.test(text)) {
    throw new ConfigError(
      `a unit cannot hold a line break, and this has one: ${JSON.stringify(text)}; choose another path`,
    );
  }
  return text.replaceAll('%', '%%');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
