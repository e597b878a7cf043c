/** All that is new of one login. */
export interface Added {
  readonly login: string;
  readonly addresses: string[];
  readonly names: string[];
  note?: string;
}

/** What a level is indented by. */
export const STEP = '  ';

/** An entry on lines of its own. */
export function blockEntry(indent: string, { login, addresses, names, note }: Added): string[] {
  const inner = indent + STEP;
  return [
    `${indent}${quoted(login)}:`,
    ...(addresses.length === 0 ? [] : fieldLines(inner, 'addresses', addresses)),
    ...(names.length === 0 ? [] : fieldLines(inner, 'names', names)),
    ...(note === undefined ? [] : fieldLines(inner, 'note', note)),
  ];
}

/** A field of one on its lines: a list, or a text. */
export function fieldLines(
  indent: string,
  field: string,
  value: string | readonly string[],
): string[] {
  if (typeof value === 'string') return [`${indent}${field}: ${quoted(value)}`];
  return [`${indent}${field}:`, ...value.map((each) => `${indent}${STEP}- ${quoted(each)}`)];
}

/** An entry in braces. */
export function flowEntry(added: Added): string {
  return `${quoted(added.login)}: ${flowFields(added)}`;
}

export function flowFields({ addresses, names, note }: Omit<Added, 'login'>): string {
  const list = (values: readonly string[]) => `[${values.map(quoted).join(', ')}]`;
  const fields = [
    ...(addresses.length === 0 ? [] : [`addresses: ${list(addresses)}`]),
    ...(names.length === 0 ? [] : [`names: ${list(names)}`]),
    ...(note === undefined ? [] : [`note: ${quoted(note)}`]),
  ];
  return `{ ${fields.join(', ')} }`;
}

/** Plain where nothing in it, and no reading as a number or a truth, could mean something else. */
export function quoted(text: string): string {
  const isPlain =
    /^[\p{L}\d][\p{L}\p{M}\d@.+_/-]*(?: [\p{L}\d][\p{L}\p{M}\d@.+_/-]*)*$/u.test(text) &&
    !/^(?:true|false|null|yes|no|on|off|y|n|[\d.+_-]+|\d[\d.]*e\d+|0[xo][\da-f]+)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}
