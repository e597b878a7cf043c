import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** Where the contributor section of notes lies, as offsets into the text. */
export interface Section {
  /** Behind the heading's line. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Item[];
}

/** One list item of the contributor section, with everybody it names. */
export interface Item {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly handles: readonly string[];
  readonly text: string;
}

/** Who release notes credit. Handles are lower case. */
export interface Notes {
  readonly handles: ReadonlySet<string>;
  readonly section?: Section;
  /** The words of the contributor section, where people without a login are named. */
  readonly sectionText: string;
}

interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly depth?: number;
  readonly children?: readonly Node[];
  readonly position?: {
    readonly start: { readonly offset?: number; readonly line: number };
    readonly end: { readonly offset?: number };
  };
}

const CONTRIBUTORS = /\bcontributors?\b/i;
const HEADING = /\b(?:contributors?|thanks|thank you|credits|acknowledge?ments)\b/i;
const HANDLE = /(?<![\w@/.`-])@([A-Za-z0-9][A-Za-z0-9-]{0,38}(?:\[bot\])?)(?![\w/]|-\w|@)/g;
const PROFILE = /^https?:\/\/[^/\s]+\/(?:apps\/)?([A-Za-z0-9][A-Za-z0-9-]{0,38})\/?$/;
const NO_PROFILE = new Set(['sponsors', 'orgs', 'features', 'about', 'pricing', 'marketplace']);

/**
 * Reads notes as Markdown: @handles in prose, links, tables, HTML and footnotes, and links to
 * profiles. Not in code, and not in a part of a word.
 */
export function readNotes(text: string): Notes {
  const tree = fromMarkdown(text, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  }) as Node;
  const handles = new Set<string>();
  for (const each of handlesOf(tree)) handles.add(each);
  const section = sectionOf(tree, text);
  return {
    handles,
    ...(section === undefined ? {} : { section: section.section }),
    sectionText: section?.text ?? '',
  };
}

function handlesOf(node: Node): string[] {
  if (node.type === 'code' || node.type === 'inlineCode') return [];
  const found: string[] = [];
  if (node.type === 'text' || node.type === 'html') {
    const value = node.type === 'html' ? htmlText(node.value ?? '') : (node.value ?? '');
    for (const match of value.matchAll(HANDLE)) found.push(match[1]!.toLowerCase());
  }
  if (node.url !== undefined && node.type !== 'image') {
    const login = PROFILE.exec(node.url)?.[1];
    if (login !== undefined && !NO_PROFILE.has(login.toLowerCase()))
      found.push(login.toLowerCase());
  }
  for (const child of node.children ?? []) found.push(...handlesOf(child));
  return found;
}

/** HTML of its own: comments and code out, links to profiles as handles. */
function htmlText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?-->/g, ' ')
    .replace(/<(code|pre)\b[\s\S]*?<\/\1>/gi, ' ')
    .replace(/href=["']([^"']*)["']/gi, (_all, url: string) => {
      const login = PROFILE.exec(url)?.[1];
      return login === undefined ? '' : ` data-x>@${login} <a `;
    })
    .replace(/<[^>]*>/g, ' ');
}

function textOf(node: Node): string {
  if (node.value !== undefined && node.type !== 'html') return node.value;
  return (node.children ?? []).map(textOf).join(node.type === 'list' ? '\n' : '');
}

function sectionOf(tree: Node, source: string): { section: Section; text: string } | undefined {
  const blocks = tree.children ?? [];
  // The last such heading: "Thanks" can also stand above the changes, or below the contributors.
  const last = (pattern: RegExp) =>
    blocks.findLastIndex((block) => block.type === 'heading' && pattern.test(textOf(block)));
  const first = last(CONTRIBUTORS);
  const at = first === -1 ? last(HEADING) : first;
  if (at === -1) return undefined;
  const heading = blocks[at]!;
  const after = blocks.slice(at + 1);
  const stop = after.findIndex(
    (block) =>
      (block.type === 'heading' && block.depth! <= heading.depth!) ||
      block.type === 'thematicBreak',
  );
  const body = stop === -1 ? after : after.slice(0, stop);
  const end = stop === -1 ? source.length : after[stop]!.position!.start.offset!;
  return {
    section: { start: heading.position!.end.offset!, end, items: body.flatMap(itemsOf) },
    text: body.map(textOf).join('\n'),
  };
}

function itemsOf(block: Node): Item[] {
  if (block.type !== 'list') return [];
  return (block.children ?? []).map((item) => ({
    start: item.position!.start.offset!,
    end: item.position!.end.offset!,
    line: item.position!.start.line,
    handles: handlesOf(item),
    text: textOf(item),
  }));
}
