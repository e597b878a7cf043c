import type { Source } from './sources.ts';

/** One `sluice …` as a document has it. */
export interface CommandLine {
  readonly path: string;
  readonly words: readonly string[];
}

const INLINE = /`(?:sudo )?(sluice [^`\n]+)`/g;
/** A line of a code block; a prompt, `sudo` and variables may come before it. */
const BLOCK = /^(?: {4,}|\t)?(?:\$ )?(?:sudo )?(?:[A-Z_]+=\S+ )*(sluice [^\n]+)$/gm;
const FENCE = /^```[^\n]*\n([\s\S]*?)^```/gm;

/**
 * Every `sluice` command line of the documents, as the words that a shell would make of it: what follows a
 * comment, a pipe, `&&` or two spaces is not part of it.
 */
export function commandLines(documents: readonly Source[]): CommandLine[] {
  return documents.flatMap(({ path, text }) => {
    const fences = [...text.matchAll(FENCE)].map((match) => match[1] as string);
    const prose = text.replace(FENCE, '');
    const found = [
      ...fences.flatMap((block) => matches(block, BLOCK)),
      ...matches(prose, /^ {4}(?:\$ )?(?:sudo )?(?:[A-Z_]+=\S+ )*(sluice [^\n]+)$/gm),
      ...matches(prose, INLINE),
    ];
    return found.flatMap((line) => split(line).map((words) => ({ path, words })));
  });
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match[1] as string);
}

/** `a && sluice b` is two; options in brackets, `…` and alternatives with `|` are for people. */
function split(line: string): string[][] {
  const plain = line.replace(/\s{2,}.*$/, '').replace(/\s#.*$/, '');
  return plain
    .split(/\s(?:&&|;|\|)\s|\s&$/)
    .map((part) => part.trim())
    .filter((part) => part.startsWith('sluice '))
    .map((part) =>
      (part.match(/"[^"]*"|'[^']*'|\S+/g) ?? [])
        .slice(1)
        .map((word) => word.replace(/^(["'])(.*)\1$/, '$2')),
    )
    .filter((words) => words.length > 0 && !words.some((word) => /^[[>…]|…$/.test(word)));
}
