/** How the words of cues begin; `-` stands for itself. */
const STEMS =
  'salvag rescu cherry carry carri port -port backport forwardport fwdport back-port forward-port fwd-port adapt rework re-work reimpl re-impl rebas reviv take taking taken takeover take-over took contin build built distil land based bases basing original initial supers supercede obsolet replac credit attribution thank thx pick resurrect extract lift deriv harvest pulled pulls borrow split cribbed copied adopt recover resum reboot dust unstall rewr rewo re-wr re-wo redo redid redone re-do re-did re-done recreat re-creat resp re-sp resub re-sub reopen re-open reappl re-appl reroll re-roll refact re-fact reland re-land finish complet conclud incorp absorb integr consol combin fold merged merges import squash includ preserv apply appli bundle author coauthored codevelop co-develop handwritten hand-written developed implemented written contribut expand extend improv iterat kudos props hat shout wrote brought carved broken sourced forked spun opened started source upstream community implements starting basis base foundation blueprint prototyped refresh rehash redux remake attempt earlier previously first'.split(
    ' ',
  );

/** Cues that are more than one word, or no word. */
const PHRASES =
  /\b(?:h\/t\b|(?:version|variant|form|subset|edition|cut|take|iteration)\so[fn]|manual[\s-]merge|v\d+\sof|comes?\sfrom|came\sfrom|coming\sfrom|stem(?:s|med)\sfrom|is\s(?:\w+ly\s|just\s)?@|(?:from|via)\s(?:pr|pull|@|[\w-]+'s)|(?:prs?|requests?|works?|patch(?:es|set)?|implementation|fix|proposal|draft|branch|code|version|series|mr|submission|attempt|changes?|diff)\s(?:is\s|was\s|were\s|are\s)?(?:\w+ly\s|all\s|first\s)?(?:\w+\s)?(?:by|from|of)\s)/i;

/**
 * Whether any cue can begin in a text: a cheap look before the cues are tried. It can be wrong
 * about there being one, and never about there being none.
 */
export function hasStem(text: string): boolean {
  return anyWordBegins(text) || PHRASES.test(text);
}

// The stems as a trie: for each node and each symbol, the next node, 0 where there is none. A
// pattern of so many words takes longer to compile than most histories take to read.
const SYMBOLS = 27;
const STEM = -1;
const trie = new Int16Array(STEMS.join('').length * SYMBOLS);
let nodes = 1;
for (const stem of STEMS) {
  let node = 0;
  for (let at = 0; at < stem.length && node !== STEM; at += 1) {
    const edge = node * SYMBOLS + symbolOf(stem.charCodeAt(at));
    if (at === stem.length - 1) trie[edge] = STEM;
    else if (trie[edge] === 0) {
      trie[edge] = nodes;
      nodes += 1;
    }
    node = trie[edge]!;
  }
}

/** 0 to 25 for a letter of any case, 26 for a hyphen, -1 for all else. */
function symbolOf(code: number): number {
  const letter = (code | 32) - 97;
  return letter >= 0 && letter < 26 && code < 128 ? letter : code === 45 ? 26 : -1;
}

function anyWordBegins(text: string): boolean {
  let inWord = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    const symbol = symbolOf(code);
    // Not a low line: "_based on #1_" is set in italics.
    const word = (symbol >= 0 && symbol < 26) || (code >= 48 && code <= 57);
    // A hyphen begins nothing but "-port", behind a word.
    if (symbol >= 0 && (symbol === 26 ? inWord : !inWord)) {
      let node = trie[symbol]!;
      for (let next = at + 1; node > 0 && next < text.length; next += 1) {
        const following = symbolOf(text.charCodeAt(next));
        if (following < 0) break;
        node = trie[node * SYMBOLS + following]!;
      }
      if (node === STEM) return true;
    }
    inWord = word;
  }
  return false;
}
