import type { HelperRole, Ident } from './model.ts';

/** A `Co-authored-by:` as people really write it: `email` is empty where none is given. */
export interface Trailer extends Ident {
  readonly line: string;
  /** A pull request named behind the person. */
  readonly pr?: number;
}

const CO_AUTHOR = /^[ \t]{0,3}co-?[ -]?authored[ -]by[ \t]*:[ \t]*(\S.*?)[ \t]*$/i;
const ADDRESS = /<([^<>]*)>/g;
const PR = /(?:\bPR[ \t]*#?|#|\/pull\/)(\d+)\b/i;

/**
 * The co-author trailers of a message, wherever a squash left them: any case, several addresses
 * on a line, an address missing. Not in a code fence, an indented block, a quote, or in prose.
 */
export function coAuthors(message: string): Trailer[] {
  // Most messages have none, and this is called for every commit.
  if (!/authored/i.test(message)) return [];
  const found: Trailer[] = [];
  for (const line of proseLines(message)) {
    const value = CO_AUTHOR.exec(line)?.[1];
    if (value !== undefined) found.push(...people(value, line.trim()));
  }
  return found;
}

const HELPER =
  /^(reported|reviewed|acked|tested|diagnosed|debugged|bisected|analy[sz]ed)[ -]by[ \t]*:[ \t]*(\S.*?)[ \t]*$/i;
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
  for (const line of proseLines(message)) {
    const match = HELPER.exec(line);
    if (match === null) continue;
    const role = HELPERS[match[1]!.toLowerCase()] ?? 'diagnosis';
    found.push(...people(match[2]!, line.trim()).map((each) => ({ ...each, role })));
  }
  return found;
}

/** The lines behind the subject that are in no code fence. */
function* proseLines(message: string): Generator<string> {
  let fence: string | undefined;
  for (const line of message.split('\n').slice(1)) {
    const mark = /^[ \t]{0,3}(```+|~~~+)/.exec(line)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
      continue;
    }
    if (fence === undefined) yield line;
  }
}

function people(value: string, line: string): Trailer[] {
  const found: Trailer[] = [];
  let from = 0;
  for (const match of value.matchAll(ADDRESS)) {
    const name = cleanName(value.slice(from, match.index));
    const email = match[1]!.trim();
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
