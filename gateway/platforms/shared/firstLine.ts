import type { Nodes } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/** Lines that are looked through for one that says something. */
const LOOKED_AT = 20;

/** The first line of a Markdown text that says something, as one reads it: without its markup. */
export function firstLineOf(markdown: string): string {
  const head = markdown.trim().split('\n').slice(0, LOOKED_AT).join('\n');
  const tree = fromMarkdown(head, { extensions: [gfm()], mdastExtensions: [gfmFromMarkdown()] });
  for (const block of tree.children) {
    const line = textOf(block)
      .split('\n')
      .map((one) => one.trim())
      .find((one) => one !== '');
    if (line !== undefined) return line;
  }
  return '';
}

function textOf(node: Nodes): string {
  switch (node.type) {
    case 'break':
      return '\n';
    case 'image':
    case 'imageReference':
      return node.alt ?? '';
    case 'footnoteReference':
    case 'definition':
      return '';
    case 'tableRow':
      return node.children.map(textOf).join(' ');
    default:
      break;
  }
  if ('children' in node) {
    const phrasing = node.type === 'paragraph' || node.type === 'heading' || INLINE.has(node.type);
    return node.children.map(textOf).join(phrasing ? '' : '\n');
  }
  return 'value' in node ? node.value : '';
}

/** What holds words, not blocks. */
const INLINE = new Set(['emphasis', 'strong', 'delete', 'link', 'linkReference', 'tableCell']);
