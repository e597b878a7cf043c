/** A negation that reaches the cue after it. */
export const NEGATION =
  /(?:\b(?:nothing(?! (?:more|else|other|but)\b)|none|nobody|hardly|not|never|no longer|without|nor|neither|don't|didn't|doesn't|isn't|wasn't|won't|can't|cannot|instead of|rather than|unlike|avoid(?:s|ing)?|no)|n['’]t)\s+(?:[\w-]+\s+){0,3}$/i;

/** What is undone: "drop the code salvaged from #1". */
export const UNDONE =
  /\b(?:stop(?:s|ped|ping)?|undo(?:es|ing)?|undid|remov(?:e|es|ed|ing)|drop(?:s|ped|ping)?|delet(?:e|es|ed|ing)|revert(?:s|ed|ing)?|back(?:s|ed|ing)? out|reject(?:s|ed|ing)?|declin(?:e|es|ed|ing)|unwind(?:s|ing)?)\s+["“']?(?:(?!by\b|and\b|then\b|while\b)[\w-]+\s+){0,4}$|\b(?:rebas(?:e|ed|ing)|merg(?:e|ed|ing))\s+(?:with|onto|on|of|to|against|in)(?:\s+[\w-]+){1,3}\s+$|\b(?:botched|messed[- ]up|broken|wrong|bad|incorrect|faulty|half-done)\s+$/i;

/** What is told of a change that was made before: "the port of #1 was wrong". */
export const BLAMED =
  /^\s*(?:\w+ly )?(?:(?:was|were|is|are|had been) (?:\w+ )?(?:wrong|incorrect|bad|broken|incomplete|buggy|faulty|a mistake|reverted|pending|open|planned|due|needed|required|outstanding|unfinished|red|green|failing|flaky|stuck|in progress)|broke|breaks|caused|missed|forgot|lost|introduced|failed|removed|dropped|deleted|into account)\b/i;

/** What is only wished, planned, asked or supposed is not done. */
export const SUPPOSED =
  /\b(?:(?:later|next|future|separate|another|follow-?up) [\w-]+ will|previously|would|could|should|(?:i|we|they|you|someone|somebody)(?:'ll| will| shall)|might|may|must|please|todo|fixme|if|unless|lest|until|(?:asked|asks|requested|offered|refused|invited|needs?|plans?|planned|planning|going|wants?|wanted|how|about|ready|able|wish|hopes?|tried|tries|try|trying|you can|ought|available|easier|easy|possible|harder|hard) to|prepar(?:e|es|ing|ation) (?:for|to)|let's|consider|considered|wait(?:s|ed|ing)? (?:for|on) @?[\w-]+ to)\b[:,]?\s+(?:[\w-]+\s+){0,3}$/i;

/** What something can be based on without any of it being somebody's change. */
export const NO_WORK =
  /\b(?:numbers?|figures|measurements?|benchmarks?|profil(?:e|es|ing)|logs?|(?:stack )?traces?|mock-?ups?|screenshots?|surveys?|statistics|metrics|observations?|findings|research|requirements?|spec(?:ification)?s?|rfcs?|documentation|answers?|questions?|experiences?|lessons|example given|talk|blog|article|paper|tweet)\b/i;

/** Thanks that follow a number are for its author: "carried from #12 (thanks @a)". */
export const PRAISE =
  /^(?:thanks|thank you|thx|kudos|props|hat tip|h\/t|shout-?outs?|courtesy of|credits?)/i;

/** Help that is no authorship. */
export const HELP =
  /^[^.;()]{0,60}\bfor (?:the |their |his |her |your |a |an |helping|some |all |early )*(?:reviews?|reviewing|reports?|reporting|repro\w*|tests?|testing|help|helping|feedback|ideas?|suggest\w*|pointing|noticing|catching|finding|spotting|discuss\w*|advice|heads-?up|ping|nudge|patience)\b/i;

/** Words that may stand between a near cue and what it governs. */
export const LINKING = new Set(
  'of from the a an and in by to on for initial first with via who wrote writing whose most what my our colleague teammate friend fellow pr prs pull request requests work works patch patches patchset change changes commit commits fix fixes branch original originally stale abandoned closed open old earlier previous prior unmerged idle dormant excellent great nice good good idea implementation code version this that its their his her series part parts parts some much most all both two three several approach logic core tests test design proposal attempt draft where left off started opened authored written submitted contributed author it is was as mr contributor community external forward over up contributions contribution following feature bugfix effort efforts done made posted proposed did sent stopped'.split(
    ' ',
  ),
);

/** After `@`: decorators, tags and packages, not people. */
export const NOT_LOGINS = new Set(
  'imported charset namespace page scope starting-style staticmethod classmethod property dataclass dataclasses param params return returns override overrides file types type deprecated media import see todo latest next beta alpha canary throws example todo since internal public private readonly test tests skip pytest fixture mock patch app route click contextmanager abstractmethod functools lru_cache cache wraps layer tailwind apply supports keyframes font-face container property ts-ignore ts-expect-error ts-nocheck jsx babel vue angular react svelte nestjs everyone here channel author license copyright ref link code inheritdoc nullable notnull autowired bean component input output injectable'.split(
    ' ',
  ),
);

/** A bare word in a person's place that is none. */
export const NOT_NAMES = new Set(
  'the a an and or of in on to from by with for it its this that these those them their they he she him her his we us our you your me my mine i hand default design adding using making removing fixing mistake accident commit commits closed merged draft partial stale wip main master dev trunk abandoned thanks thank part upstream downstream original author contributor contributors community everyone anyone someone somebody nobody pr prs issue issues pull request rebased reworked squashed see also cc ref refs fixed done todo both all some each now then here there above below maintainer maintainers bot team others another other same new old first second next previous unmerged open tests test docs ci build step one two three way means virtue line chance name file number reason maintainer-edited reviewed approved conflict conflicts minus plus only mostly partially fully manual manually yes no ok not unclear unknown external internal user users people folks release branch feature bug bugfix fix fixes chore refactor core hotfix backport duplicate obsolete superseded salvage salvaged carried carry port ported adapted v1 v2 v3 latest today yesterday version which whom who what where when credit credits is was are were has had have can will would does did went gave agreed said asked told wanted wants left stopped lost never mail email post'.split(
    ' ',
  ),
);
