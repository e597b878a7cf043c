import { type Entry, type ForeignMap, isAddress, type Unread } from './entry.ts';

const ADDRESS =
  /[^\s@<>"'(),;:=]+@[^\s@<>"'(),;:=]+\.[^\s@<>"'(),;:=]*[^\s@<>"'(),;:=.]|[^\s@<>"'(),;:=]+@[^\s@<>"'(),;:=]+/;
/** What joins the parts of a line, in lists and in programs: `=`, `:`, `,`, `->`, quotes, blanks. */
const JOINTS = /^(?:->|=>|[\s=:,;|"'`[\]{}])+|(?:->|=>|[\s=:,;|"'`[\]{}])+$/g;
/** Words that stand before an address without being anybody. */
const NOBODY =
  /^(?:e-?mails?|mail|contacts?|address(?:es)?|authors?|maintainers?|committers?|owners?|from|to|cc|by|names?|bugs?|security|support|url|link)$/i;

/**
 * Reads a list with an address and a login on each line, in any order and with anything between:
 *
 *     jane@x.example janed
 *     janed = Jane Doe <jane@x.example>       (as git-svn has it)
 *     Jane Doe <jane@x.example> (@janed)
 *     "jane@x.example" => "janed",            (a map in any language that has one entry a line)
 *
 * `#` begins a comment. Lines without an address are passed over: a heading, a licence.
 */
export function readLines(
  text: string,
  file: string,
  isLogin: (text: string) => boolean,
): ForeignMap {
  const entries: Entry[] = [];
  const unread: Unread[] = [];
  for (const [index, written] of text.split(/\r\n|[\r\n]/).entries()) {
    const [, content = '', comment] = /^(.*?)(?:(?:^|\s)#\s*(.*))?$/.exec(written)!;
    const address = ADDRESS.exec(content);
    if (address === null) continue;
    const place = { file, line: index + 1 };
    const before = content.slice(0, address.index).replace(/[<"'([]+$/, '');
    const after = content.slice(address.index + address[0].length).replace(/^[>"')\]]+/, '');
    const found = loginIn(before, after, isLogin);
    if (found === undefined || !isAddress(address[0])) {
      unread.push({ ...place, why: `no login stands beside ${address[0]}` });
      continue;
    }
    const note = comment === undefined || comment === '' ? {} : { note: comment.trim() };
    entries.push({ login: found.login, kind: 'address', value: address[0], ...place, ...note });
    if (/\S\s+\S/.test(found.name))
      entries.push({ login: found.login, kind: 'name', value: found.name, ...place });
  }
  return { entries, unread, dictionaries: [] };
}

function loginIn(
  before: string,
  after: string,
  isLogin: (text: string) => boolean,
): { login: string; name: string } | undefined {
  const cleaned = (text: string) => text.replace(JOINTS, '').replace(/^[*+-]\s+/, '');
  // A handle says what it is, wherever it stands.
  for (const part of [after, before]) {
    const handle = /(?<![\w@])@([\w-]+(?:\.[\w-]+)*)/.exec(part);
    if (handle === null || !isLogin(handle[1]!)) continue;
    const rest = part === before ? before.replace(handle[0], '') : before;
    return { login: handle[1]!, name: cleaned(rest.replace(/\(\s*\)/, '')) };
  }
  const isOne = (word: string) => isLogin(word) && !NOBODY.test(word);
  const behind = cleaned(after).replace(/^\((.*)\)$/, '$1');
  const front = cleaned(before);
  if (behind !== '' && isOne(behind)) return { login: behind, name: front };
  const assigned = /^([^=]*?)\s*=>?\s*(.*)$/.exec(before.trim().replace(/^[*+-]\s+/, ''));
  if (assigned !== null && isOne(assigned[1]!.trim()))
    return { login: assigned[1]!.trim(), name: cleaned(assigned[2]!) };
  if (behind === '' && isOne(front)) return { login: front, name: '' };
  return undefined;
}
