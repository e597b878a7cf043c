const TAGS = new Set(['b', 'i', 'u', 's', 'code', 'pre', 'a', 'blockquote', 'tg-spoiler']);

/**
 * Reads Telegram's HTML as strictly as the platform does; returns the text that people see.
 * @throws Error with the platform's words for a tag that is unknown, crossed or left open.
 */
export function readHtml(html: string): string {
  const open: string[] = [];
  let text = '';
  let at = 0;
  for (const match of html.matchAll(/<(\/?)([a-z-]+)((?:\s+[a-z-]+="[^"]*")*)\s*>/g)) {
    text += plain(html.slice(at, match.index));
    at = match.index + match[0].length;
    const [, slash, tag = ''] = match;
    if (!TAGS.has(tag)) throw new Error(`can't parse entities: Unsupported start tag "${tag}"`);
    if (slash === '') open.push(tag);
    else if (open.pop() !== tag)
      throw new Error(`can't parse entities: Unmatched end tag "${tag}"`);
  }
  if (open.length > 0)
    throw new Error(`can't parse entities: Can't find end tag for "${open.at(-1)}"`);
  return text + plain(html.slice(at));
}

function plain(text: string): string {
  if (/[<>]/.test(text)) throw new Error('can\'t parse entities: Unexpected "<" or ">"');
  if (/&(?!lt;|gt;|amp;|quot;|#\d+;)/.test(text))
    throw new Error("can't parse entities: bad entity");
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}
