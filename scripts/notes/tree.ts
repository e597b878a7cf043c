import { createRequire } from 'node:module';

/** A node of the Markdown tree, as far as notes are read in it. */
export interface Node {
  readonly type: string;
  readonly value?: string;
  readonly url?: string;
  readonly depth?: number;
  readonly children?: readonly Node[];
  /** Of an entry or a paragraph that is one line: that line, without a marker. Its children are made when asked for. */
  readonly line?: string;
  readonly position?: Position;
}

interface Position {
  readonly start: { readonly offset?: number; readonly line: number };
  readonly end: { readonly offset?: number };
}

/** The blocks of a text by the whole grammar. */
export function grammarBlocks(text: string): readonly Node[] {
  return (load()(text) as Node).children ?? [];
}

let parser: ((text: string) => unknown) | undefined;

/** The parser is loaded only where a text needs it: that takes as long as reading thousands of plain lines. */
function load(): (text: string) => unknown {
  if (parser === undefined) {
    const require = createRequire(import.meta.url);
    const { fromMarkdown } = require('mdast-util-from-markdown') as Tree;
    const { gfmFromMarkdown } = require('mdast-util-gfm') as Extension;
    const { gfm } = require('micromark-extension-gfm') as Syntax;
    const options = { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] };
    parser = (text) => fromMarkdown(text, options);
  }
  return parser;
}

type Tree = typeof import('mdast-util-from-markdown');
type Extension = typeof import('mdast-util-gfm');
type Syntax = typeof import('micromark-extension-gfm');

/** An entry of a list at the margin. */
const ENTRY = /^[-*] (?=[^\s])/;
const HEADING = /^(#{1,6}) (?=[^\s#])/;
/** A paragraph of one line, and a rule, where an empty line stands before them. */
const PROSE = /^[A-Za-z@(][^|\t]*$/;
/** What makes the line of an entry more than a paragraph. */
const BEGINS_BLOCK =
  /^(?:[-+*](?: |$)|\d{1,9}[.)](?: |$)|#{1,6}(?: |$)|[<>|]|```|~~~|\[[ xX]\]|(?:[-_*] *){3,}$)/;
const RULE = /^(?:(?:- *){3,}|(?:\* *){3,})$/;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})/;
/** HTML that only an ending of its own closes; a comment of one line does not count. */
const OPEN_HTML = /^[ \t>+*.)\d-]*<(?:[?!](?!--(?!-?>)[^\n]*?-->)|pre|script|style|textarea)/im;
const HTML = /^ {0,3}</;
/** A fence that a list or a quote begins with: where it ends is not told by lines at the margin. */
const INNER_FENCE = /^[ \t]*(?:(?:>|[+*-][ \t]|\d{1,9}[.)][ \t])[ \t]*)+(?:```|~~~)/m;
/** What may define where `[label]` leads, anywhere in the text. */
const DEFINITION =
  /^[ \t>+*.)\d-]*\[(?:\^[^\]\s]+\]:|(?:[^[\]\\]|\\[\s\S])+\]:[ \t]*\n?[ \t]*\S+[ \t]*(?:$|["'(]))/m;

/**
 * The blocks of notes. Lines that are plain by themselves, nearly all of notes, are read as such; what is between
 * them goes through the grammar, a piece at a time. Pieces begin at headings and entries at the margin, which end
 * whatever is open but fences and HTML.
 */
export function blocksOf(text: string): readonly Node[] {
  const isOdd = [/[\r\0]/, OPEN_HTML, INNER_FENCE, DEFINITION].some((each) => each.test(text));
  const pieces = isOdd ? undefined : cut(text);
  return pieces === undefined ? grammarBlocks(text) : joined(text, pieces);
}

/** A run of lines that is read by itself. */
interface Piece {
  readonly start: number;
  end: number;
  readonly line: number;
  readonly plain: boolean;
}

/** Undefined where it can't be told from the lines what is inside a fence. */
function cut(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let fence: { indent: number; mark: string } | undefined;
  let html = false;
  let isBehindBlank = true;
  let line = 0;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline === -1 ? text.length : newline;
    const next = newline === -1 ? end : end + 1;
    const words = text.slice(start, end);
    line += 1;
    const isBlank = words.trim() === '';
    if (fence !== undefined) {
      if (!isBlank && fence.indent > 0 && words.search(/\S/) < fence.indent) return undefined;
      const mark = FENCE.exec(words)?.[2];
      const ends = mark?.startsWith(fence.mark) && /^ *(?:`+|~+)[ \t]*$/.test(words);
      if (ends) fence = undefined;
    } else {
      const opening = FENCE.exec(words);
      if (opening !== null) {
        if (html) return undefined;
        fence = { indent: opening[1]!.length, mark: opening[2]! };
      }
      html = html ? !isBlank : HTML.test(words) && !/^<!--.*-->/.test(words);
    }
    const isMargin =
      (ENTRY.test(words) && !RULE.test(words)) ||
      HEADING.test(words) ||
      (isBehindBlank && (words === '---' || PROSE.test(words)));
    isBehindBlank = isBlank;
    const last = pieces.at(-1);
    if (last === undefined || (isMargin && fence === undefined && !html)) {
      const plain =
        isMargin && fence === undefined && !html && isPlain(words) && isAlone(text, next);
      pieces.push({ start, end: next, line, plain });
    } else if (!isBlank && last.plain) pieces.push({ start, end: next, line, plain: false });
    else last.end = next;
    start = next;
  }
  return pieces;
}

/** Whether the line behind does not go on with this one. */
function isAlone(text: string, next: number): boolean {
  const end = text.indexOf('\n', next);
  const words = text.slice(next, end === -1 ? undefined : end);
  if (words.trim() !== '') return ENTRY.test(words) || HEADING.test(words);
  // Behind an empty line what is indented still belongs to an entry.
  for (let start = end + 1; end !== -1 && start < text.length; start += 1) {
    if (text[start] === '\n') continue;
    return text[start] !== ' ' && text[start] !== '\t';
  }
  return true;
}

function isPlain(words: string): boolean {
  if (words.includes('\t') || /\s$/.test(words)) return false;
  if (words.startsWith('#')) return !/#$|[`*<&\\~_@]|\]\(|:\/\/|www\./i.test(words);
  return !ENTRY.test(words) || !BEGINS_BLOCK.test(words.slice(2));
}

/** The nodes of all pieces; entries of one list that stand in several pieces are one again. */
function joined(text: string, pieces: readonly Piece[]): Node[] {
  const nodes: Node[] = [];
  let marker = '';
  const add = (node: Node) => {
    const mark = node.type === 'list' ? text[node.position!.start.offset!]! : '';
    const last = nodes.at(-1);
    if (mark !== '' && mark === marker && last?.type === 'list')
      nodes[nodes.length - 1] = grown(last, node);
    else nodes.push(node);
    marker = mark;
  };
  for (let at = 0; at < pieces.length; at += 1) {
    const piece = pieces[at]!;
    if (piece.plain) {
      add(plainBlock(text.slice(piece.start, piece.end).trimEnd(), piece));
      continue;
    }
    // The grammar takes longer to begin than for a line.
    let { end } = piece;
    while (pieces[at + 1]?.plain === false) end = pieces[++at]!.end;
    for (const node of grammarBlocks(text.slice(piece.start, end)))
      add(moved(node, piece.start, piece.line - 1));
  }
  return nodes;
}

/** A list with the entries of another; the list that grows is nobody else's. */
function grown(list: Node, more: Node): Node {
  (list.children as Node[]).push(...more.children!);
  (list.position as { end: Position['end'] }).end = more.position!.end;
  return list;
}

/** The block that a plain piece is. */
function plainBlock(words: string, piece: Piece): Node {
  if (words.startsWith('#')) return heading(words, piece);
  const { start, line } = piece;
  const position = { start: { offset: start, line }, end: { offset: start + words.length } };
  if (words === '---') return { type: 'thematicBreak', position };
  if (!ENTRY.test(words)) return new Line('paragraph', words, position);
  const entry = new Line('listItem', words.slice(2), position);
  return { type: 'list', children: [entry], position: { ...position } };
}

function heading(words: string, { start, line }: Piece): Node {
  const depth = words.indexOf(' ');
  const end = { offset: start + words.length };
  const inner = { start: { offset: start + depth + 1, line }, end };
  const text = { type: 'text', value: words.slice(depth + 1), position: inner };
  const position = { start: { offset: start, line }, end };
  return { type: 'heading', depth, position, children: [text] };
}

/** An entry or a paragraph of one line. */
class Line implements Node {
  readonly type: 'listItem' | 'paragraph';
  readonly line: string;
  readonly position: Position;

  constructor(type: Line['type'], line: string, position: Position) {
    this.type = type;
    this.line = line;
    this.position = position;
  }

  get children(): readonly Node[] {
    const { start } = this.position;
    const indent = this.type === 'listItem' ? 2 : 0;
    const blocks = grammarBlocks(this.line);
    const nodes = this.type === 'listItem' ? blocks : (blocks[0]?.children ?? []);
    return nodes.map((node) => moved(node, start.offset! + indent, start.line - 1));
  }
}

/** A node of a piece, at its place in the whole text. */
function moved(node: Node, offset: number, lines: number): Node {
  const { position, children } = node;
  return {
    ...node,
    ...(position && {
      position: {
        start: { offset: position.start.offset! + offset, line: position.start.line + lines },
        end: { offset: position.end.offset! + offset },
      },
    }),
    ...(children && { children: children.map((child) => moved(child, offset, lines)) }),
  };
}
