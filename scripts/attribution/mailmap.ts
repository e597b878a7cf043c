import type { Git } from './git.ts';
import type { Ledger } from './ledger.ts';
import type { Ident } from './model.ts';

/**
 * Applies git's own mailmap to the co-authors of trailers (`git log` has done the authors).
 * Gives the identities that it changed, by the key of their sighting.
 */
export async function applyMailmap(git: Git, ledger: Ledger): Promise<Map<string, Ident>> {
  const asked: string[] = [];
  const lines: string[] = [];
  for (const [key, { ident, credits }] of ledger.sightings) {
    // A line of input is one contact; what could not be written as one has no entry either.
    if (
      [...credits.keys()].every((role) => role === 'author') ||
      ident.email === '' ||
      /[<>\n\r]/.test(ident.name + ident.email)
    )
      continue;
    asked.push(key);
    lines.push(`${ident.name} <${ident.email}>`);
  }
  const changed = new Map<string, Ident>();
  if (asked.length === 0) return changed;
  const out = await git.run(['check-mailmap', '--stdin'], { input: `${lines.join('\n')}\n` });
  const answers = out.split('\n');
  for (const [index, key] of asked.entries()) {
    if (answers[index] === lines[index]) continue;
    const match = /^(.*?)\s*<([^<>]*)>$/.exec(answers[index] ?? '');
    const before = ledger.sightings.get(key)!.ident;
    if (match === null || (match[2] === before.email && match[1] === before.name.trim())) continue;
    changed.set(key, { name: match[1]!, email: match[2]! });
  }
  return changed;
}
