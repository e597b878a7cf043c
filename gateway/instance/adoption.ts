import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Adoption, Journal } from '../journal/journal.ts';

export interface AdoptionDeps {
  readonly journal: Pick<Journal, 'adopt'>;
  readonly clock: Clock;
  readonly instance: string;
  readonly log: Log;
}

/** Takes over what instances left that are neither this one nor `alive`, and says so where there is any. */
export async function takeUp(
  alive: readonly string[],
  { journal, clock, instance, log }: AdoptionDeps,
): Promise<Adoption> {
  const adoption = await journal.adopt({ allBut: [instance, ...alive] }, clock.now());
  const found = {
    turns: adoption.turns.length,
    sends: adoption.ambiguous.length,
    commands: adoption.commands.length,
  };
  if (found.turns + found.sends + found.commands > 0)
    log.info(found, 'took up what an earlier instance left');
  return adoption;
}
