import { posix } from 'node:path';
import type { Source } from './sources.ts';

const LINK =
  /\[(?:[^\]\\]|\\.)*\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|\b(?:src|href)="([^"]+)"/g;

/** Markdown without its code, in which nothing is a link. */
function prose(text: string): string {
  return text.replace(/^(\s*)(```|~~~)[\s\S]*?^\s*\2\s*$/gm, '').replace(/`[^`\n]*`/g, '');
}

/** The anchors that GitHub makes of a document's headings. */
export function anchorsOf(text: string): Set<string> {
  const withoutFences = text.replace(/^(\s*)(```|~~~)[\s\S]*?^\s*\2\s*$/gm, '');
  const seen = new Map<string, number>();
  const anchors = [...withoutFences.matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => {
    const slug = (match[1] as string)
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M} _-]/gu, '')
      .replaceAll(' ', '-');
    const times = seen.get(slug) ?? 0;
    seen.set(slug, times + 1);
    return times === 0 ? slug : `${slug}-${times}`;
  });
  return new Set(anchors);
}

/** Links inside the repository that lead nowhere, as `document: link`. `exists` takes a path from the root. */
export function brokenLinks(
  documents: readonly Source[],
  exists: (path: string) => boolean,
): string[] {
  const texts = new Map(documents.map((d) => [d.path, d.text]));
  return documents.flatMap(({ path, text }) =>
    [...prose(text).matchAll(LINK)].flatMap((match) => {
      const link = (match[1] ?? match[2]) as string;
      if (/^[a-z][a-z0-9+.-]*:/i.test(link) || link.startsWith('//')) return [];
      const [file, anchor] = link.split('#') as [string, string?];
      const target = file === '' ? path : posix.join(posix.dirname(path), decodeURI(file));
      const there = exists(target.replace(/\/$/, ''));
      const known = texts.get(target);
      const lost = anchor !== undefined && known !== undefined && !anchorsOf(known).has(anchor);
      return there && !lost ? [] : [`${path}: ${link}`];
    }),
  );
}
