import type { Nodes, Parents, Table } from 'mdast';
import { fromMarkdown } from 'mdast-util-from-markdown';
import { gfmFromMarkdown } from 'mdast-util-gfm';
import { gfm } from 'micromark-extension-gfm';

/**
 * Markdown as Telegram's HTML (https://core.telegram.org/bots/api#html-style), which unlike its
 * MarkdownV2 cannot be broken by an unescaped dot. What Telegram has no tag for becomes text: headings
 * are bold, lists have bullets, tables are set in monospace, raw HTML is shown as it was written.
 */
export function toHtml(markdown: string): string {
  const tree = fromMarkdown(markdown, {
    extensions: [gfm()],
    mdastExtensions: [gfmFromMarkdown()],
  });
  return blocks(tree, '\n\n').trim();
}

/** The UTF-16 units that Telegram counts: the text after its entities are taken out. */
export function visibleLength(html: string): number {
  return html.replaceAll(/<[^>]*>/g, '').replaceAll(/&(?:lt|gt|quot|amp);/g, '.').length;
}

const escapeText = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const escapeAttribute = (text: string) => escapeText(text).replaceAll('"', '&quot;');

function blocks(node: Parents, gap: string): string {
  return node.children
    .map(render)
    .filter((text) => text !== '')
    .join(gap);
}

const inline = (node: Parents): string => node.children.map(render).join('');

function render(node: Nodes): string {
  switch (node.type) {
    case 'text':
      return escapeText(node.value);
    case 'html':
      return escapeText(node.value);
    case 'paragraph':
      return inline(node);
    case 'heading':
      return `<b>${inline(node)}</b>`;
    case 'strong':
      return `<b>${inline(node)}</b>`;
    case 'emphasis':
      return `<i>${inline(node)}</i>`;
    case 'delete':
      return `<s>${inline(node)}</s>`;
    case 'inlineCode':
      return `<code>${escapeText(node.value)}</code>`;
    case 'code':
      return codeBlock(node.value, node.lang ?? '');
    case 'link':
      return link(node.url, inline(node));
    case 'image':
      return link(node.url, escapeText(node.alt || node.url));
    case 'break':
      return '\n';
    case 'thematicBreak':
      return '———';
    case 'blockquote':
      // Quotes do not nest in Telegram.
      return `<blockquote>${blocks(node, '\n').replaceAll(/<\/?blockquote>/g, '')}</blockquote>`;
    case 'list':
      return node.children
        .map((item, i) => {
          const mark = node.ordered ? `${(node.start ?? 1) + i}.` : '•';
          const box = item.checked === true ? '☑ ' : item.checked === false ? '☐ ' : '';
          return `${mark} ${box}${indented(blocks(item, '\n'))}`;
        })
        .join('\n');
    case 'table':
      return `<pre>${escapeText(tableText(node))}</pre>`;
    case 'definition':
    case 'footnoteDefinition':
      return '';
    case 'linkReference':
      return inline(node);
    case 'imageReference':
      return escapeText(node.alt ?? '');
    case 'footnoteReference':
      return escapeText(`[${node.identifier}]`);
    default:
      return 'children' in node ? inline(node as Parents) : '';
  }
}

function codeBlock(code: string, language: string): string {
  const text = escapeText(code);
  if (language === '') return `<pre>${text}</pre>`;
  return `<pre><code class="language-${escapeAttribute(language)}">${text}</code></pre>`;
}

/** Telegram refuses a whole message for one link that it cannot read: only plain schemes are links. */
function link(url: string, text: string): string {
  if (!/^(https?|tg|mailto):\S+$/i.test(url)) return text;
  return `<a href="${escapeAttribute(url)}">${text}</a>`;
}

/** Lines after an item's first are set in, except inside a code block. */
function indented(text: string): string {
  return text
    .split(/(<pre>[\s\S]*?<\/pre>)/)
    .map((part) => (part.startsWith('<pre>') ? part : part.replaceAll('\n', '\n  ')))
    .join('');
}

function tableText(table: Table): string {
  const rows = table.children.map((row) =>
    row.children.map((cell) =>
      inline(cell)
        .replaceAll(/<[^>]*>/g, '')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&quot;', '"')
        .replaceAll('&amp;', '&'),
    ),
  );
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  const line = (row: string[]) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join(' │ ')
      .trimEnd();
  const rule = widths.map((width) => '─'.repeat(width)).join('─┼─');
  return rows.flatMap((row, i) => (i === 0 ? [line(row), rule] : [line(row)])).join('\n');
}
