import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Adoption, DeadInstances, Journal } from '../journal/journal.ts';

export interface AdoptionDeps {
  readonly journal: Pick<Journal, 'adopt'>;
  readonly clock: Clock;
  readonly instance: string;
  readonly machine: string;
  readonly log: Log;
}

/** Takes over what instances of this machine left that are neither this one nor `alive`. */
export function takeUp(alive: readonly string[], deps: AdoptionDeps): Promise<Adoption> {
  const { machine, instance } = deps;
  return adopt({ machine, allBut: [instance, ...alive] }, deps);
}

/** Takes over what instances of any machine left whose lease has lapsed. */
export function takeUpLapsed(deps: AdoptionDeps): Promise<Adoption> {
  return adopt({ lapsed: true }, deps);
}

async function adopt(
  dead: DeadInstances,
  { journal, clock, log }: AdoptionDeps,
): Promise<Adoption> {
  const adoption = await journal.adopt(dead, clock.now());
  const found = {
    turns: adoption.turns.length,
    sends: adoption.ambiguous.length,
    commands: adoption.commands.length,
  };
  if (found.turns + found.sends + found.commands > 0)
    log.info(found, 'took up what an earlier instance left');
  return adoption;
}
