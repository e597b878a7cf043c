import type { HelperRole, Ident } from './model.ts';

/** A `Co-authored-by:` as people really write it: `email` is empty where none is given. */
export interface Trailer extends Ident {
  readonly line: string;
  /** A pull request named behind the person. */
  readonly pr?: number;
}

const CO_AUTHOR = /^[ \t]{0,3}co-?[ -]?authored[ -]by[ \t]*:[ \t]*(\S.*)$/gim;
/** An address; at the line's end the closing bracket may be missing. */
const ADDRESS = /<([^<>]*)>|<([^<>\s@]+@[^<>\s@]+)$/g;
const PR = /(?:\bPR[ \t]*#?|#|\/pull\/)(\d+)\b/i;

/**
 * The co-author trailers of a message, wherever a squash left them: any case, several addresses
 * on a line, an address missing. Not in a code fence, an indented block, a quote, or in prose.
 */
export function coAuthors(message: string): Trailer[] {
  // Most messages have none, and this is called for every commit.
  if (!/authored/i.test(message)) return [];
  const found: Trailer[] = [];
  for (const [line, value] of matchesOf(CO_AUTHOR, message)) found.push(...people(value!, line!));
  return found;
}

const HELPER =
  /^(reported|reviewed|acked|tested|diagnosed|debugged|bisected|analy[sz]ed)[ -]by[ \t]*:[ \t]*(\S.*)$/gim;
const HELPERS: Record<string, HelperRole> = {
  reported: 'reporter',
  tested: 'reporter',
  reviewed: 'reviewer',
  acked: 'reviewer',
};

/** Who reported, reviewed or diagnosed, by the trailers that projects use for it. */
export function helpers(message: string): (Trailer & { readonly role: HelperRole })[] {
  if (!/[ -]by[ \t]*:/i.test(message)) return [];
  const found: (Trailer & { readonly role: HelperRole })[] = [];
  for (const [line, what, value] of matchesOf(HELPER, message)) {
    const role = HELPERS[what!.toLowerCase()] ?? 'diagnosis';
    found.push(...people(value!, line!).map((each) => ({ ...each, role })));
  }
  return found;
}

/** The lines behind the subject, in no code fence, that a pattern (of flags `gm`) matches, trimmed. */
function* matchesOf(pattern: RegExp, message: string): Generator<string[]> {
  const subjectEnd = message.indexOf('\n');
  if (subjectEnd === -1) return;
  const text = /^[ \t]{0,3}(?:```|~~~)/m.test(message) ? withoutFences(message) : message;
  pattern.lastIndex = subjectEnd;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const after = pattern.lastIndex;
    yield match.map((part) => part.trim());
    pattern.lastIndex = after;
  }
}

/** A message whose code fences are empty. */
function withoutFences(message: string): string {
  let fence: string | undefined;
  return message
    .split('\n')
    .map((line, at) => {
      const mark = at === 0 ? undefined : /^[ \t]{0,3}(```+|~~~+)/.exec(line)?.[1];
      const inside = fence !== undefined;
      if (mark !== undefined) {
        if (fence === undefined) fence = mark;
        else if (mark.startsWith(fence)) fence = undefined;
      }
      return mark !== undefined || inside ? '' : line;
    })
    .join('\n');
}

/** Nearly every trailer: one name and one address. */
const ONE = /^([^<>,;&("'\s][^<>,;&("']*?)[ \t]*<([^<>]*)>$/;

function people(value: string, line: string): Trailer[] {
  const one = ONE.exec(value);
  if (one !== null && !/^and\s/i.test(value)) {
    return [{ name: one[1]!.trim(), email: one[2]!.trim(), line }];
  }
  const found: Trailer[] = [];
  let from = 0;
  for (const match of value.matchAll(ADDRESS)) {
    const name = cleanName(value.slice(from, match.index));
    const email = (match[1] ?? match[2]!).trim();
    from = match.index + match[0].length;
    if (name !== '' || email !== '') found.push({ name, email, line });
  }
  const rest = value.slice(from);
  const pr = PR.exec(rest)?.[1];
  if (found.length === 0) return withoutAddress(rest, line, pr);
  if (pr !== undefined) found[found.length - 1] = { ...found.at(-1)!, pr: Number(pr) };
  return found;
}

/** `Co-authored-by: login`, `@login`, `Jane Doe`, `jane@home.example`, each perhaps with a PR. */
function withoutAddress(text: string, line: string, pr: string | undefined): Trailer[] {
  const bare = text
    .replace(/\(?(?:https?:\/\/\S+|\bPR[ \t]*#?\d+|#\d+)\)?/gi, ' ')
    .replace(/\(\s*\)/g, ' ');
  const found: Trailer[] = [];
  for (const part of bare.split(/,|\band\b|&/)) {
    const name = cleanName(part);
    if (name === '' || name.length > 80) continue;
    const isAddress = /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(name);
    found.push({
      name: isAddress ? '' : name,
      email: isAddress ? name : '',
      line,
      ...(pr === undefined ? {} : { pr: Number(pr) }),
    });
  }
  return found;
}

function cleanName(text: string): string {
  return text
    .replace(/^[\s,;&]+|[\s,;&(]+$/g, '')
    .replace(/^and\s+/i, '')
    .replace(/^(["'])(.*)\1$/, '$2')
    .trim();
}
