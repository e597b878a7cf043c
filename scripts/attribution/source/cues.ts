/**
 * The cues of source credit. A cue governs the pull requests and people that follow it in its
 * sentence, up to the next cue. Order matters: the first pattern that matches at a place wins,
 * so that "superseded by" is seen before "supersedes".
 */
export type CueKind =
  /** What follows is the source, even some words later. */
  | 'source'
  /** What follows is the source only where nothing but linking words stands between. */
  | 'near'
  /** As `near`, and weak evidence. */
  | 'weak'
  /** What follows is no source. */
  | 'other';

export interface CuePattern {
  readonly kind: CueKind;
  readonly pattern: RegExp;
  readonly family: string;
  /** Says the same of what stands *before* it ("#1, rebased onto main"). */
  readonly trailing?: true;
}

const cue = (kind: CueKind, family: string, source: string, trailing?: true): CuePattern => ({
  kind,
  family,
  pattern: new RegExp(source, 'iy'),
  ...(trailing === undefined ? {} : { trailing }),
});

const PICK = '(?:cherry[- ]?pick|cherrypick)';
const WORK =
  '(?:pr|prs|pull requests?|work|works|patch|patches|patchset|implementation|author|authors|authorship|contribution|contributions|contributor|contributors|fix|proposal|draft|branch|code|version|series|mr|merge request|submission|attempt|change|changes|diff)';
const PASSIVE_BY =
  '(?: (?:and|or) \\w+)?(?: (?:entirely|later|then|now|already|since|partly))? by\\b(?! hand\\b)';

export const CUES: readonly CuePattern[] = [
  // "#12 was superseded by this" says of #12 what "this supersedes #12" says.
  cue(
    'near',
    'salvage',
    `(?:(?:is|was|are|were|gets?|got) )?(?:salvaged|carried|revived|reworked|reimplemented|continued|landed|rebased|ported|adapted|incorporated|included|taken over|picked up|${PICK}ed)(?: forward| over)?(?: (?:by|in|with|into|via))? (?:this|here)\\b`,
    true,
  ),
  // "…, whose #1 this is based on."
  cue(
    'near',
    'based on',
    '(?:this|it)(?: \\w+)? (?:is|was) (?:\\w+ly )?(?:based|built) (?:up)?on(?=\\s*(?:[.,;)]|$))',
    true,
  ),
  cue(
    'near',
    'based on',
    '(?:is|was|were|served as|formed) (?:the|a|my|our) (?:starting point|basis|base|foundation|blueprint|source)(?= (?:of|for) this|\\s*(?:[.,;)]|$))',
    true,
  ),
  cue(
    'source',
    'salvage',
    `(?:salvaged|carried|${PICK}ed|rebased|ported|adapted|reworked|revived) by (?:[@\\w-]+ ){1,3}from\\b`,
  ),
  cue(
    'near',
    'original',
    '^(?:source|upstream|community|contributor)(?:[ -](?:prs?|pull request|patch|work|author))?:',
  ),
  cue('near', 'rework', "implements(?= @[\\w-]+'s)"),
  cue('near', 'original', 'originally(?= (?:#\\d|prs?\\b|pull request|https?:|@))'),
  cue(
    'weak',
    'supersede',
    '(?:superseded|replaced|obsoleted)(?: (?:by|in|with))? (?:this|here)\\b',
    true,
  ),
  cue(
    'source',
    'credit',
    '(?:many |big )?(?:thanks|thank you|thx|kudos|props|hat tip|h/t|shout-?outs?)(?: so much| a lot)?(?: go(?:es)? to| to)?(?= @?[\\w-]+(?: and @?[\\w-]+)?,? (?:for|who) (?:the |their |his |her |your |this |an |a |doing |that )?(?:did |original|initial|first|early|earlier|pr\\b|pull request|patch|implementation|implementing|fix\\b|work\\b|draft|code|authored|wrote|built|made|implemented|coded|contributed|contribution|writing|starting|commit))',
  ),
  cue(
    'near',
    'original',
    '(?:based-on-[\\w-]+|original(?:ly)?(?:-\\w+)?|co-developed|developed|(?<!co-)authored|written|implemented)-by:',
  ),
  // --- no source ----------------------------------------------------------------------------
  cue(
    'other',
    'passive',
    `(?:superseded|replaced|obsoleted|salvaged|carried|revived|taken over|picked up|reworked|rewritten|redone|adapted|reimplemented|continued|landed|rebased|ported|adopted|merged|approved|closed|${PICK}ed)${PASSIVE_BY}`,
  ),
  cue(
    'other',
    'passive',
    `(?:superseded|replaced|obsoleted|salvaged|carried(?: forward| over)?|revived|reworked|reimplemented|continued|landed|ported|adopted|backported|${PICK}ed|moved|split out|folded|rolled)(?: later| again| over| up)? (?:in|into|as|to|via|through|under|with(?= (?:prs?\\b|pull|#|@|https?:)))\\b`,
  ),
  cue(
    'other',
    'stacked',
    'rebas(?:e|es|ed|ing)(?: (?:this|it|the \\w+|branch|\\w+ branch))? (?:on top of|onto|on|against|after|past|atop|over)\\b',
    true,
  ),
  cue('other', 'stacked', '(?:stack(?:s|ed)?|sits|layered) (?:on top of|onto|on)\\b'),
  cue(
    'other',
    'archaeology',
    'original(?:ly)? (?:commit|bug|regression|report|reporter|issue|behaviou?r|discussion|request|suggestion|introduction|introduced|added|broken|reported|requested|filed|raised|noticed|design doc)\\b',
  ),
  cue(
    'other',
    'stacked',
    '(?:on top of|depends on|dependent on|depending on|requires|required by|blocked (?:by|on)|needs|needed (?:by|for)|unblocks|prerequisite (?:for|of))\\b',
  ),
  cue(
    'other',
    'people',
    '(?:pull requests|prs|commits|issues|changes) (?:authored|opened|written|created|submitted) by\\b(?! @)',
  ),
  cue(
    'other',
    'elsewhere',
    '(?:continue[sd]?|lands?|landed) (?:in|at|with|after|before|alongside|together with)\\b',
  ),
  cue(
    'other',
    'fixes',
    '(?:fix(?! (?:from|by|of|made|proposed|sent|posted|submitted|written|contributed)\\b)(?:es|ed|ing)?|close[sd]?|closing|resolve[sd]?|resolving|address(?:es|ed|ing)?|mitigat(?:es|ed|ing)|solve[sd]?|tracks?|tracked (?:in|by)|tracking|part of|towards?|implements|implementing|issues?|tickets?|bug|milestone|epic) ?:?(?=\\s|$)',
  ),
  cue(
    'other',
    'refers',
    '(?:refs?|references?|referenced|referring to|see(?: also)?|cf\\.?|related(?: to)?|relates(?: to)?|relevant|context|background|discussed|discussion|discussions|conversation|thread|comments?|commented|mentioned|mentions|described|documented|noted|per|following up|follow[- ]?ups?|followups?|further to|similar to|mirror(?:s|ing|ed(?! from))?|match(?:es|ing)|like|unlike|same as|different from|compare|compared (?:to|with)|contrast|alternative to|alternatives?|conflicts? with|conflicting with|duplicate[sd]?(?: of)?|dup(?:e)? of|also seen|seen in|motivated by|inspired by|prompted by|triggered by|companion (?:to|of)|pairs with|counterpart|sibling|parallel to|compatible with|instead of|rather than|in favou?r of|opposed to|beside|besides|apart from|except|without)\\b',
  ),
  cue(
    'other',
    'time',
    '(?:after|before|until|since|prior to|once|when|while|as of|followed by|post)\\b',
  ),
  cue(
    'other',
    'cause',
    '(?:introduced|regress(?:ed|ion|ions|es)|broke|broken|breaks|breakage|caused|causes|causing|due to|because of|culprit|bisect(?:ed|s)?|added|removed|removes|deleted|deprecated|undo(?:es)?|undid|unland(?:s|ed)?|revert(?:s|ed|ing)?|reverse[sd]?|drops?|dropped|left over from|leftovers?|fallout|missed|forgotten)\\b',
  ),
  cue(
    'other',
    'people',
    '(?:cc|/cc|ping|fyi|hat tip|h/t|kudos|props|shout-?outs?|review(?:s|ed|er|ers|ing)?|request(?:s|ed|er|ing)?|reports?|reported|reporters?|reporting|suggest(?:s|ed|ion|ions|ing)?|recommended|recommendation|proposed solution|ask(?:ed|s)?|asking|found|spotted|noticed|caught|flagged|discovered|diagnosed|diagnosis|debugged|analy[sz]ed|investigat(?:ed|ion)|triaged?|triage|reproduc(?:ed|tions?|ers?)|repro|confirmed|verified|validated|tested|testing|pointed out|pointing out|feedback|advice|idea|ideas|assigned|assignee|approved|approval|nudged?|blessed|helped|help|guidance|maintained|maintainer|owner|owned|hi|hey|hello|dear|let me know|wdyt|ptal)\\b',
  ),
  // --- sources ------------------------------------------------------------------------------
  cue('source', 'salvage', 'salvag(?:e|es|ed|ing)\\b', true),
  cue('source', 'rescue', 'rescu(?:e|es|ed|ing)\\b', true),
  cue('source', 'cherry-pick', `${PICK}(?:s|ed|ing)?\\b`, true),
  cue(
    'source',
    'original',
    `original(?:ly)?[ -](?:${WORK}\\b(?: (?:is|was|were|are|comes|came))?|(?:(?:proposed|designed|drafted) and )?(?:by|from|authored|written|submitted|opened|posted|contributed|created|developed|implemented|done|prepared|started|sent|coded)\\b)`,
    true,
  ),
  cue(
    'source',
    'original',
    '(?:first|initially|previously|earlier) (?:authored|written|submitted|opened|posted|contributed|developed|implemented|coded|sent|proposed|started)\\b',
  ),
  cue('near', 'origin', 'originat(?:es|ed|ing) (?:from|in|with|as)\\b'),
  cue(
    'source',
    'original',
    '(?:original|initial) (?:(?!used\\b)\\w+ ){0,2}(?:by|from)\\b(?= @| (?-i:[A-Z\\u00c0-\\u1fff][\\w\\u00c0-\\u1fff.-]+ [A-Z\\u00c0-\\u1fff])| (?:prs?\\b|#\\d|https?:))',
  ),
  cue(
    'source',
    'credit',
    '(?:(?:full|all|most|much|main|primary|original|co-?author|authorship|major|due|some)[- ]?(?: of the)? )?(?:credits?|attribution)\\b(?:(?: (?:for|of) [^.;:@#]{1,60})? (?:to|goes to|go to|belongs to|belong to|is due to|due to)|(?: for [^.;:@#]{1,60})? ?:|(?= @)| (?:by)\\b)',
  ),
  cue('source', 'credit', 'credit(?:s|ing)\\b'),
  cue('other', 'thanks', '(?:many |big )?(?:thanks|thank you|thx|gratitude|acknowledg\\w+)\\b'),
  cue(
    'source',
    'authored',
    '(?:authored|co-?developed|hand-?written|contributed) (?:by|in|with)\\b',
  ),
  cue(
    'source',
    'authored',
    `(?<!must-|review |(?:make|open|create|send|submit)s? an? )${WORK} (?:is |was |were |are )?(?:(?:originally|initially|first|mostly|largely|actually|all) )?(?:by|from|of|authored by|written by|contributed by|done by|submitted by|opened by|sent by|started by|begun by|proposed by|posted by)(?= @|(?<!(?:of|(?:change|changes|code|version|design|series|branch) from)) (?-i:[A-Z\\u00c0-\\u024f\\u0370-\\u1fff][\\w\\u00c0-\\u1fff.'-]+ [A-Z\\u00c0-\\u024f\\u0370-\\u1fff])|(?<!of) (?:pr\\b|pull request|#\\d|https?:))`,
  ),
  cue(
    'source',
    'based on',
    '(?:based|basing|bases)(?: (?:\\w+ly|in part|partly))?(?: (?:up)?on| off(?: of)?)\\b',
  ),
  cue(
    'source',
    'build on',
    '(?:builds?|built|building|expands?|expanded|expanding|extends|extending|improves|iterates?|iterated|iterating)(?: (?:directly|heavily|further))?(?: (?:(?:up)?on|atop|off)(?: top of)?)\\b',
  ),
  cue('near', 'build on', 'extend(?:s|ed|ing)\\b'),
  cue(
    'source',
    'rework',
    '(?:minimal|simplified|simpler|smaller|slimmed|cleaned[- ]up|clean|updated|polished|trimmed|reduced|squashed|extended|fixed|modified|improved|refreshed|narrowed|tidied|reworded|shorter|leaner|new|newer|fresh|stripped(?:[- ]down)?) (?:version|variant|form|subset|edition|cut|take|iteration) (?:of|on)\\b',
  ),
  cue(
    'near',
    'authored',
    "(?:this|it)(?: \\w+)? is (?:\\w+ly |just )?(?=@[\\w-]+'s (?:prs?|pull|patch|work|code|branch|commit|#))",
  ),
  cue(
    'near',
    'wrote',
    '(?:wrote|authored|implemented|built|opened|started) (?:this|it|most of (?:it|this)|the (?:original|initial)(?: \\w+)?)\\b',
    true,
  ),
  cue(
    'near',
    'take over',
    "(?:takes?|took|taking)(?= (?:@[\\w-]+'s|prs? ?#?\\d|pull request|#\\d))",
  ),
  cue(
    'near',
    'authored',
    '(?<=^|\\b(?:was|is|originally|initially|first) )(?:developed|prototyped) (?:by|in|with)\\b',
  ),
  cue(
    'near',
    'rework',
    '(?:refresh|rehash|redux|remake|recreation|(?:second|new|another) attempt|(?:squash|manual)[ -]merged?|v\\d+) (?:of|at|from)(?= (?:#|prs?\\b|pull|https?:|@|the (?:prs?|pull|work|patch)))',
  ),
  cue(
    'near',
    'original',
    '(?<=\\b(?:approach|code|fix|patch|implementation|changes?|work|logic|bulk|core) )(?:comes?|came|stems?|stemmed) from\\b',
  ),
  cue('source', 'distil', 'distill?(?:s|ed|ing|ation)?\\b', true),
  cue(
    'source',
    'extract',
    '(?:extract(?:s|ed|ing)?|lift(?:s|ed|ing)?|deriv(?:e|es|ed|ing)|harvest(?:s|ed|ing)?|distill?(?:s|ed|ing)?|pulled|pulls|taken|borrow(?:s|ed|ing)?|split out|split off|split|carved|broken|spun|pick(?:s|ed|ing)?|cribbed|copied|adopted|recovered|sourced|merged|imported|applied|brought|forked)(?: (?!prs?\\b|\\d)[\\w-]+){0,4} (?:from|out of|off of)\\b',
  ),
  cue(
    'source',
    'port',
    '(?:(?:back|forward|fwd)[- ]?)?port(?:s|ed|ing)?(?: (?:of|over|forward|across))?\\b',
    true,
  ),
  cue(
    'source',
    'take over',
    '(?:tak(?:e|es|ing|en)|took)(?: (?!prs?\\b|\\d)[\\w-]+){0,3} over(?: (?:from|of|for))?\\b',
    true,
  ),
  cue('source', 'take over', 'take-?over (?:of|from)\\b'),
  cue(
    'near',
    'take over',
    '(?:pick|tak|carr)(?:y|s|es|ies|ed|ied|ing|en)?(?= (?:(?:pr|pull request) )?(?:#\\d+|https?:\\S+) (?:back |on )?(?:up|over|forward)\\b)',
  ),
  cue(
    'near',
    'authored',
    '(?:this|it|most of (?:this|it)|all of (?:this|it)) (?:is|was) (?:\\w+ly |all |mostly )?(?:written|developed|implemented|coded|built) by(?= @)',
  ),
  cue(
    'source',
    'take over',
    '(?:pick(?:s|ed|ing)?(?: (?!prs?\\b|\\d)[\\w-]+){0,3} up(?: (?:from|where))?|resum(?:e|es|ed|ing)|resurrect(?:s|ed|ing|ion)?|reviv(?:e|es|ed|ing|al)|reboot(?:s|ed)? of|unstall(?:s|ed|ing)?|dust(?:s|ed|ing)? off)\\b',
    true,
  ),
  cue(
    'source',
    'rework',
    '(?:re-?work(?:s|ed|ing)?|re-?implement(?:s|ed|ing|ation)?|re-?writ(?:e|es|ing|ten)|re-?wrote|re-?do(?:es|ne|ing)?|re-?did|re-?creat(?:e|es|ed|ing|ion)|re-?spin(?:s|ning)?|re-?spun|re-?submi(?:t|ts|tted|tting|ssion)|re-?open(?:s|ed|ing)?|re-?land(?:s|ed|ing)?|re-?appl(?:y|ies|ied|ying)|re-?roll(?:s|ed|ing)?|re-?factor(?:s|ed|ing)? of)\\b',
    true,
  ),
  cue('source', 'adapt', 'adapt(?:s|ed|ing|ation|ations)?\\b', true),
  cue('source', 'rebase', 'rebas(?:e|es|ed|ing)\\b', true),
  cue('source', 'carry', 'carr(?:y|ies|ied|ying)(?: (?:forward|over|on|across))?\\b', true),
  cue(
    'near',
    'continue',
    '(?:continu(?:e|es|ed|ing|ation|ations)|finish(?:es|ed|ing)?(?: (?:up|off))?|complet(?:es|ed|ing)|conclud(?:es|ed))\\b',
  ),
  cue(
    'near',
    'include',
    '(?:incorporat(?:e|es|ed|ing)|absorb(?:s|ed|ing)?|integrat(?:e|es|ed|ing)|consolidat(?:e|es|ed|ing)|combin(?:e|es|ed|ing)|fold(?:s|ed|ing)? in|merges in|import(?:s|ed|ing)?|squash(?:es|ed)?(?: (?:of|from))?|includes?|including|adopt(?:s|ed|ing)?(?: from)?|preserv(?:e|es|ed|ing)|appl(?:y|ies|ied|ying)|bundles?)\\b',
  ),
  cue('source', 'land', 'land(?:s|ed|ing)?\\b'),
  cue('source', 'from', "(?:from|via) (?=(?:pr|pull request|@[\\w-]+'s|[\\w-]+'s (?:pr|pull))\\b)"),
  cue('weak', 'supersede', '(?:supersed(?:e|es|ing)|supercedes?|obsolet(?:e|es|ing))\\b'),
  cue('weak', 'replace', '(?:replac(?:e|es|ing)|replacement (?:for|of))\\b'),
];
