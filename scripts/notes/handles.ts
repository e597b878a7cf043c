import type { Dialect } from '../attribution/dialect.ts';
import { lineHandles } from './lines.ts';
import type { Node } from './tree.ts';

const GITHUB = {
  handle: /(?<![\w@/.`-])@([A-Za-z0-9][\w-]{0,55}(?:\[bot\])?)(?![\w/]|-\w|@)/g,
  profile: /^https?:\/\/[^/\s]+\/(?:apps\/)?([A-Za-z0-9][\w-]{0,55})\/?$/,
};
/** With dots inside; what ends as a file's name does is a page and nobody's profile. */
const FREE = {
  handle: /(?<![\w@/.`-])@([A-Za-z0-9_][\w-]*(?:\.[\w-]+)*(?:\[bot\])?)(?![\w/]|-\w|@)/g,
  profile:
    /^https?:\/\/[^/\s]+\/([A-Za-z0-9_][\w-]*(?:\.[\w-]+)*)(?<!\.(?:html?|md|pdf|png|svg|txt))\/?$/,
};
const NO_PROFILE = new Set(['sponsors', 'orgs', 'features', 'about', 'pricing', 'marketplace']);

/** Whom a part of notes names by a handle or by a link to a profile, in lower case. */
export type FindHandles = (node: Node) => string[];

/** Finds handles as the accounts of a forge can be written. */
export function handlesOn({ kind }: Pick<Dialect, 'kind'>): FindHandles {
  const { handle, profile } = kind === 'github' ? GITHUB : FREE;
  const find: FindHandles = (node) => {
    if (node.type === 'code' || node.type === 'inlineCode') return [];
    const plain = node.line === undefined ? undefined : lineHandles(node.line, handle);
    if (plain !== undefined) return plain;
    const found: string[] = [];
    if (node.type === 'text' || node.type === 'html') {
      const value = node.value ?? '';
      const text = node.type === 'html' ? htmlText(value, profile) : value;
      for (const match of text.matchAll(handle)) found.push(match[1]!.toLowerCase());
    }
    if (node.url !== undefined && node.type !== 'image') {
      const login = profile.exec(node.url)?.[1]?.toLowerCase();
      if (login !== undefined && !NO_PROFILE.has(login)) found.push(login);
    }
    for (const child of node.children ?? []) found.push(...find(child));
    return found;
  };
  return find;
}

/** HTML of its own: comments and code out, links to profiles as handles. */
function htmlText(html: string, profile: RegExp): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(code|pre)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/href=["']([^"']*)["']/gi, (_all, url: string) => {
      const login = profile.exec(url)?.[1];
      return login === undefined ? '' : ` data-x>@${login} <a `;
    })
    .replace(/<[^>]*>/g, ' ');
}
