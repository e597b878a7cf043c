import { readFileSync } from 'node:fs';
import { Assistants } from '../../../../scripts/attribution/assistants.ts';
import type { Ident } from '../../../../scripts/attribution/model.ts';
import { coAuthors } from '../../../../scripts/attribution/trailers.ts';

export const KINDS = ['assistant', 'suspected', 'person'] as const;
export type Kind = (typeof KINDS)[number];

/** An identity of a corpus file, as a co-author trailer gives it, and what it is. */
export interface Sample {
  readonly kind: Kind;
  readonly written: string;
  readonly ident: Ident;
}

/** Reads `kind | identity` lines of a file beside this one. */
export function samplesOf(file: string): Sample[] {
  const lines = readFileSync(new URL(file, import.meta.url), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const [kind, written] = line.split(' | ', 2);
    if (line.startsWith('#') || written === undefined) return [];
    const [ident] = coAuthors(`x\n\nCo-authored-by: ${written}`);
    if (ident === undefined) throw new Error(`no trailer: ${written}`);
    return [{ kind: kind as Kind, written, ident }];
  });
}

const assistants = new Assistants();

/** What the rules say of an identity. */
export function judged(ident: Ident): Kind {
  if (assistants.reason(ident) !== undefined) return 'assistant';
  return assistants.suspicion(ident) === undefined ? 'person' : 'suspected';
}

/** How often what is was taken for what. */
export function confusion(samples: readonly Sample[]): Record<Kind, Record<Kind, number>> {
  const none = () => ({ assistant: 0, suspected: 0, person: 0 });
  const table = { assistant: none(), suspected: none(), person: none() };
  for (const { kind, ident } of samples) table[kind][judged(ident)] += 1;
  return table;
}
