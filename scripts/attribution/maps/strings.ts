const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\n': '',
};

/**
 * What a string literal of Python or JavaScript stands for: any quotes, `r""` and `b""` of Python. What
 * neither language knows as an escape is left as it is written.
 */
export function decoded(literal: string): string | undefined {
  const match = /^([A-Za-z]*)("""|'''|["'`])/.exec(literal);
  if (match === null || /[ft]/i.test(match[1]!)) return undefined;
  const [whole, prefix = '', quotes = ''] = match;
  if (literal.length < whole.length + quotes.length || !literal.endsWith(quotes)) return undefined;
  const body = literal.slice(whole.length, literal.length - quotes.length);
  if (/r/i.test(prefix)) return body;
  return body.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|u\{([\da-fA-F]{1,6})\}|U([\da-fA-F]{8})|([0-7]{1,3})|(.))/gs,
    (written, x, u, braces, big, octal, other) => {
      const code = x ?? u ?? braces ?? big;
      if (code !== undefined) return character(Number.parseInt(code, 16)) ?? written;
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      return ESCAPES[other] ?? (/["'`\\]/.test(other) ? other : written);
    },
  );
}

function character(code: number): string | undefined {
  return code <= 0x10ffff ? String.fromCodePoint(code) : undefined;
}
