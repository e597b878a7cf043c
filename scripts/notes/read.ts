import { type Dialect, GITHUB } from '../attribution/dialect.ts';
import { type FindHandles, handlesOn } from './handles.ts';
import { wordsOf } from './lines.ts';
import { blocksOf, type Node } from './tree.ts';

/** Where the contributor section of notes lies, as offsets into the text. */
export interface Section {
  /** Behind the heading's line. */
  readonly start: number;
  readonly end: number;
  readonly items: readonly Item[];
}

/** One entry of a contributor list or table, with everybody it names. */
export interface Item {
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly handles: readonly string[];
  readonly text: string;
  /** Whether it can be taken out by its lines: not where other entries stand inside it. */
  readonly leaf: boolean;
  readonly kind: 'item' | 'row';
}

/** Who release notes credit. Handles are lower case. */
export interface Notes {
  readonly handles: ReadonlySet<string>;
  /** Where contributors are added. */
  readonly section?: Section;
  /** The entries of all lists of contributors, in the order of the text. */
  readonly items: readonly Item[];
  /** The words of those lists, where people without a login are named. */
  readonly sectionText: string;
  /** Of a changelog of many versions, the part that was read. */
  readonly part?: Part;
}

/** The part of a changelog that is about one version. */
export interface Part {
  readonly heading: string;
  readonly depth: number;
  readonly start: number;
  readonly end: number;
  /** It has the wanted version in its heading; else the first part was taken. */
  readonly found: boolean;
}

const CONTRIBUTORS = /\bcontributors?\b/i;
/** Who is new is listed apart; the others do not belong there. */
const NEW = /\b(?:new|first[- ]time)\b/i;
const HEADING = /\b(?:contributors?|thanks|thank you|credits|acknowledge?ments)\b/i;
/** A paragraph that leads to a list of names: "Contributors:", "… advice from friends like these:". */
const LEAD =
  /^\W*(?:contributors?|thanks|thank you|credits)\b[^.]*$|\b(?:contribut\w+|thank\w*|friends like these)\b[^.]*:$/i;

/**
 * Reads notes as Markdown: @handles in prose, links, tables, HTML and footnotes, and links to
 * profiles. Not in code, and not in a part of a word. Of a changelog with many versions only one
 * part is read: an old release credits nobody for this one.
 * @param version of the release, as its tag has it; without it, the first part counts
 * @param dialect of the forge whose handles they are
 */
export function readNotes(text: string, version?: string, dialect: Dialect = GITHUB): Notes {
  // The parser drops a byte order mark, and all offsets would be one too small.
  const all = blocksOf(text.replace(/^\ufeff/, ' '));
  const part = partOf(all, text, version);
  const inPart = (block: Node) =>
    part === undefined || (startOf(block) >= part.start && startOf(block) < part.end);
  const blocks = all.filter((block) => block.type === 'footnoteDefinition' || inPart(block));
  const find = handlesOn(dialect);
  const handles = new Set(blocks.flatMap(find));
  const sections = sectionsOf(blocks, part?.end ?? text.length, find);
  const section = sections.findLast((each) => !each.isNew);
  return {
    handles,
    ...(section === undefined ? {} : { section }),
    items: sections.flatMap((each) => each.items),
    sectionText: sections.map((each) => each.text).join('\n'),
    ...(part === undefined ? {} : { part }),
  };
}

const VERSION = /^\W*(?:(?:version|release)\s+|v|[\w@/.-]+@)?\d+(?:\.\d+)+|^\W*unreleased\b/i;

/** The blocks between two headings that are versions, where a text has several. */
function partOf(blocks: readonly Node[], text: string, version?: string): Part | undefined {
  const headings = blocks.filter(
    (block) => block.type === 'heading' && VERSION.test(textOf(block)),
  );
  const depth = Math.min(...headings.map((each) => each.depth!));
  const parts = headings
    .filter((each) => each.depth === depth)
    .map((heading) => {
      const next = blocks.find(
        (block) =>
          startOf(block) > startOf(heading) &&
          block.type === 'heading' &&
          (block.depth! < depth || (block.depth === depth && VERSION.test(textOf(block)))),
      );
      const end = next === undefined ? text.length : startOf(next);
      return { heading: textOf(heading), depth, start: startOf(heading), end };
    });
  if (parts.length < 2) return undefined;
  const wanted = version && new RegExp(`(?<![\\d.])${escaped(version)}(?![\\w-]|\\.\\d)`);
  const found = wanted && parts.find((each) => new RegExp(wanted).test(each.heading));
  return { ...(found || parts[0]!), found: found !== undefined && found !== '' };
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function startOf(node: Node): number {
  return node.position!.start.offset!;
}

function textOf(node: Node): string {
  if (node.value !== undefined && node.type !== 'html') return node.value;
  const words = node.line === undefined ? undefined : wordsOf(node.line);
  if (words !== undefined) return words;
  return (node.children ?? []).map(textOf).join(node.type === 'list' ? '\n' : '');
}

interface Found extends Section {
  readonly text: string;
  readonly isNew: boolean;
}

/** All sections headed "Contributors"; where there is none, the last that thanks or credits. */
function sectionsOf(blocks: readonly Node[], end: number, find: FindHandles): Found[] {
  const headed = (pattern: RegExp) =>
    blocks.flatMap((block, index) =>
      block.type === 'heading' && pattern.test(textOf(block)) ? [index] : [],
    );
  const named = headed(CONTRIBUTORS);
  // "Thanks" can also stand above the changes, or below the contributors.
  const at = named.length > 0 ? named : headed(HEADING).slice(-1);
  if (at.length > 0) return at.map((index) => headedSection(blocks, index, end, find));
  const lead = blocks.findLastIndex(
    (block, index) =>
      block.type === 'paragraph' &&
      LEAD.test(textOf(block).trim()) &&
      /^(?:list|paragraph|table|code)$/.test(blocks[index + 1]?.type ?? ''),
  );
  if (lead === -1) return [];
  const body = blocks[lead + 1]!;
  const section = { start: endOf(blocks[lead]!), end: endOf(body), items: itemsOf(body, find) };
  return [{ ...section, text: textOf(body), isNew: NEW.test(textOf(blocks[lead]!)) }];
}

function headedSection(
  blocks: readonly Node[],
  at: number,
  last: number,
  find: FindHandles,
): Found {
  const heading = blocks[at]!;
  const after = blocks.slice(at + 1).filter((block) => block.type !== 'footnoteDefinition');
  const stop = after.findIndex(
    (block) =>
      (block.type === 'heading' && block.depth! <= heading.depth!) ||
      block.type === 'thematicBreak',
  );
  const body = stop === -1 ? after : after.slice(0, stop);
  return {
    start: endOf(heading),
    end: stop === -1 ? last : startOf(after[stop]!),
    items: body.flatMap((block) => itemsOf(block, find)),
    text: body.map(textOf).join('\n'),
    isNew: NEW.test(textOf(heading)),
  };
}

function endOf(node: Node): number {
  return node.position!.end.offset!;
}

/** The entries of a list, of lists inside it, and of a table. */
function itemsOf(block: Node, find: FindHandles): Item[] {
  const entries = block.children ?? [];
  if (block.type === 'table') return entries.slice(1).map((row) => itemOf(row, 'row', find));
  if (block.type !== 'list') return [];
  return entries.flatMap((item) => {
    if (item.line !== undefined) return [itemOf(item, 'item', find)];
    const inner = (item.children ?? []).filter((child) => child.type === 'list');
    const own = (item.children ?? []).filter((child) => child.type !== 'list');
    const entry = itemOf({ ...item, children: own }, 'item', find, inner.length === 0);
    return [entry, ...inner.flatMap((list) => itemsOf(list, find))];
  });
}

function itemOf(node: Node, kind: Item['kind'], find: FindHandles, leaf = true): Item {
  return {
    start: startOf(node),
    end: endOf(node),
    line: node.position!.start.line,
    handles: find(node),
    text: textOf(node),
    leaf,
    kind,
  };
}
