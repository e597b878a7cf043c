import type { Strength } from '../model.ts';
import type { Draft, SourceClaim } from './claim.ts';
import { words } from './grammar.ts';
import type { Cue, Item } from './items.ts';
import { LINKING } from './words.ts';

/** Between the entries of a list. */
const JOINS = /^\s*(?:,|&|and|,\s*and)\s*$/i;

/** Adds a number or a person that a cue governs; `gap` is what stood before it. */
export function addTo(
  drafts: Draft[],
  text: string,
  item: Extract<Item, { type: 'pr' | 'person' }>,
  governing: Cue,
  gap: string,
): void {
  const said = {
    family: governing.cue.family,
    strength: (governing.cue.kind === 'weak' ? 'weak' : 'strong') as Strength,
    end: item.end,
    tight: !/\band\b/i.test(gap) && words(gap).every((word) => LINKING.has(word)),
  };
  if (item.type === 'pr') addNumber(drafts, item, gap, said);
  else addPerson(drafts, text, item, gap, said);
}

type Said = Pick<Draft, 'family' | 'strength' | 'end' | 'tight'>;

function addNumber(
  drafts: Draft[],
  item: Extract<Item, { type: 'pr' }>,
  gap: string,
  said: Said,
): void {
  const last = drafts.at(-1);
  // "@a's PR #1", "@a in #1": the number belongs to the person before it.
  const owned =
    last !== undefined &&
    last.pr === undefined &&
    last.people.length === 1 &&
    words(gap).every((word) => LINKING.has(word) || /^'s?$/.test(word)) &&
    (!/[,;]/.test(gap) || /^,\s+whose\b/.test(gap)) &&
    (gap.startsWith("'") || !/\band\b/.test(gap));
  if (owned) {
    last.pr = item.number;
    last.several = true;
    last.end = item.end;
    return;
  }
  // "@a's #1 and #2"
  const ofSame = last?.several === true && JOINS.test(gap);
  drafts.push({
    ...said,
    pr: item.number,
    people: ofSame ? [...last.people] : [],
    ...(ofSame ? { several: true, borrowed: true } : {}),
  });
}

function addPerson(
  drafts: Draft[],
  text: string,
  item: Extract<Item, { type: 'person' }>,
  gap: string,
  said: Said,
): void {
  const last = drafts.at(-1);
  const { who } = item;
  if (item.owns) {
    // "Jane Doe's patch" is somebody's, "upstream's patch" is not.
    drafts.push({ ...said, people: [who], ofWork: /\s/.test(who.name ?? '') });
    return;
  }
  // "Jane Doe (@jane)"
  const named = last?.people.at(-1);
  const isNamed = named?.login === undefined && named?.name !== undefined;
  if (who.at && isNamed && /^\s*\($/.test(gap)) {
    last!.people[last!.people.length - 1] = { ...named, ...who };
    last!.end = item.end;
    return;
  }
  if (JOINS.test(gap) && last !== undefined && last.people.length > 0) {
    last.people.push(who);
    last.end = item.end;
    return;
  }
  if (last?.borrowed) {
    last.people = [];
    last.borrowed = false;
  }
  // "#1 (a)" is about #1 alone, "#1 and #2 by a" about both.
  const open = drafts.filter((each) => each.pr !== undefined && each.people.length === 0);
  const paren = /\(\s*$/.test(gap) || text[item.start] === '(';
  const targets = paren ? open.slice(-1) : open;
  if (targets.length === 0) {
    const ofWork = OF_WORK.test(gap + text.slice(item.start, item.end));
    drafts.push({ ...said, people: [who], ofWork });
    return;
  }
  for (const draft of targets) {
    draft.people.push(who);
    draft.end = item.end;
  }
}

/** The claims that a sentence's drafts amount to; `line` is what is quoted for them. */
export function finished(drafts: readonly Draft[], line: string): SourceClaim[] {
  return (
    drafts
      .map((draft) => (draft.pr === undefined ? withoutGuesses(draft) : draft))
      .filter((draft) => draft.pr !== undefined || draft.people.length > 0)
      // "replaces @a" alone may be a word of any language: supersession is of numbers.
      .filter((draft) => draft.pr !== undefined || draft.strength === 'strong')
      .map(
        ({
          end: _end,
          tight: _tight,
          ofWork: _ofWork,
          several: _several,
          borrowed: _borrowed,
          ...draft
        }) => ({
          ...draft,
          line,
        }),
      )
  );
}

const OF_WORK =
  /\b(?:works?|patch(?:es)?|prs?|code|implementation|branch|efforts?) (?:of|by|from)\b/i;

/** Families whose words lead to people even without a number or an @. */
const NAMES_PEOPLE = /^(?:original|credit|authored|salvage|carry|based on)$/;

/**
 * Without a number, a bare word is somebody only right behind a cue that asks for a person:
 * "imported by the shim" and "preserved by simply leaving" name nobody.
 */
function withoutGuesses(draft: Draft): Draft {
  const people = draft.people.filter(
    (who) =>
      who.at === true ||
      who.email !== undefined ||
      (draft.tight && (draft.ofWork === true || NAMES_PEOPLE.test(draft.family))),
  );
  return { ...draft, people };
}
