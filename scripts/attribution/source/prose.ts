/** One sentence to look for credit in, with the line breaks of its paragraph undone. */
export interface Sentence {
  readonly text: string;
}

/** A line that says of every entry of the list below it whose work it is. */
const LEAD =
  /^(?:[^.;]{1,120}:|(?:credits?|attribution|sources?|original (?:prs?|work|authors?)|acknowledge?ments?|salvaged(?: (?:from|prs?|work))?|supersedes|based on))$/i;
const REFERENCE = /^(?:[#!]\d|@\w|[PM]R\b|GH-\d|https?:)/;

const TRAILER =
  /^(?:signed-off|co-?authored|reviewed|acked|tested|reported|suggested|approved|helped|debugged|diagnosed|requested|noticed|improved|mentored|nacked|commented|found|bisected|merged|committed|pushed)[\w -]{0,12}by:|^(?:fixes|closes|resolves):? (?:[#!]|\w+-\d|https?:)\S*(?:(?:,| and)? (?:[#!]|\w+-\d|https?:)\S*)*$|^(?:cc|link|links|refs?|references|see-also|related|change-id|bug|issue|issues|reviewers|tracked-in|pick-to|task-number|gerrit-\w+|\(cherry picked from commit)\b ?:?/i;

/**
 * Cuts a commit message or a Markdown description into sentences. Code (fenced, indented, in
 * backticks), quotes, HTML comments and ordinary trailers are left out.
 * @param wanted whether a paragraph, with its markup, is worth being read
 */
export function sentences(text: string, wanted: (paragraph: string) => boolean): Sentence[] {
  const found: Sentence[] = [];
  for (const paragraph of paragraphs(text, wanted)) {
    for (const sentence of split(paragraph)) found.push({ text: sentence });
  }
  return found;
}

/** The longest paragraph that can be a lead; longer ones are cleaned only where they are wanted. */
const LEAD_LENGTH = 200;

function paragraphs(text: string, wanted: (paragraph: string) => boolean): string[] {
  const done: string[] = [];
  let open: string[] = [];
  let fence: string | undefined;
  let blankBefore = true;
  let lead = '';
  let prefix = '';
  const flush = () => {
    const raw = prefix + open.join(' ');
    const isWanted = wanted(raw);
    if (isWanted || raw.length <= LEAD_LENGTH) {
      const text = prefix + open.map(clean).join(' ');
      if (isWanted && text !== '') done.push(text);
      if (LEAD.test(text)) lead = `${text.replace(/:$/, '')}: `;
    }
    open = [];
    prefix = '';
  };
  for (const raw of text.replace(/<!--[\s\S]*?(?:-->|$)/g, ' ').split('\n')) {
    const mark = /^\s{0,3}(```+|~~~+)/.exec(raw)?.[1];
    if (mark !== undefined) {
      if (fence === undefined) fence = mark;
      else if (mark.startsWith(fence)) fence = undefined;
      flush();
      continue;
    }
    if (fence !== undefined) continue;
    const code: boolean = blankBefore && open.length === 0 && /^(?: {4}|\t)\s*\S/.test(raw);
    const line = raw.trim();
    blankBefore = line === '' || code;
    if (line === '' || line.startsWith('>') || /^[-=_*]{3,}$/.test(line)) {
      flush();
      continue;
    }
    // An indented block after an empty line is code, but a nested list is not.
    if (code && !/^(?:[-*+]|\d+[.)])\s/.test(line)) continue;
    if (TRAILER.test(line)) {
      flush();
      continue;
    }
    if (
      /^(?:[-*+•]|\d+[.)]|#{1,6}|\|)\s/.test(line) ||
      /^[\w-]+-(?:by|from|pr|author)s?:/i.test(line)
    ) {
      flush();
    }
    const entry = /^(?:[-*+•]|\d+[.)])\s/.test(line);
    if (entry && lead !== '' && REFERENCE.test(clean(line))) prefix = lead;
    else if (open.length === 0 && !entry) lead = '';
    open.push(line);
    if (/^#{1,6}\s/.test(line)) flush();
  }
  flush();
  return done;
}

/** What `clean` changes; most lines have nothing of it. */
const MARKED = /[`[<*_~\u2019\u2018\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/;

function clean(line: string): string {
  const text = line.replace(/^(?:[-*+•]|\d+[.)]|#{1,6}|\|)\s+(?:\[[ x]\]\s+)?/i, '');
  return (MARKED.test(text) ? withoutMarkup(text) : text).replace(
    /(?<=\b(?:by|from|to) )(['"])([\w-]+)\1/gi,
    '$2',
  );
}

function withoutMarkup(line: string): string {
  return line
    .replace(/(`+)(?!`)(.*?[^`])\1(?!`)/g, ' … ')
    .replace(/\[([^\]]*)\]\((https?:\/\/[^)\s]+)[^)]*\)/g, linkText)
    .replace(/<(https?:\/\/[^>\s]+)>/g, '$1')
    .replace(/<\/?[a-z][^>@]*>/gi, ' ')
    .replace(/\*\*|__|~~/g, '')
    .replace(/(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])/g, '')
    .replace(/(?<!\w)_(?=\S)([^_]+)_(?!\w)/g, '$1')
    .replace(/[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g, '')
    .replace(/[’‘]/g, "'");
}

/** `[#12](url)` is #12, `[@a](url)` is @a; of other links the words and the address both count. */
function linkText(_all: string, label: string, url: string): string {
  if (/^@[\w-]+$/.test(label)) return label;
  const number = /\/(?:pull|issues)\/(\d+)/.exec(url)?.[1];
  if (number !== undefined) return /#?\d+/.test(label) ? url : `${label} ${url}`;
  const profile = /^https?:\/\/[^/]+\/([\w-]+)\/?$/.exec(url)?.[1];
  return profile === undefined ? label : `@${profile}`;
}

const ABBREVIATION =
  /(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|al|resp|approx|incl|orig|no|nr|st|dr|mr|ms|jr|sr|[A-Z])\.$/;

function split(paragraph: string): string[] {
  const found: string[] = [];
  let start = 0;
  for (const match of paragraph.matchAll(
    /[.!?;](?=\s+(?:[\p{Lu}#@("'[…-]|https?:)|\s*$)|;(?=\s)|\s[|]\s/gu,
  )) {
    const end = match.index + match[0].length;
    if (match[0] === '.' && ABBREVIATION.test(paragraph.slice(start, end))) continue;
    found.push(paragraph.slice(start, end));
    start = end;
  }
  found.push(paragraph.slice(start));
  return found.map((each) => each.trim()).filter((each) => each !== '');
}
