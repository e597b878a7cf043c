import type { Clock } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import type { Operations } from '../../core/operations.ts';
import type { Couriers } from '../../delivery/couriers.ts';
import type { Journal } from '../../journal/journal.ts';

export interface DeadLetterDeps {
  readonly journal: Pick<Journal, 'deadLetters' | 'deadLetter' | 'retryDead' | 'dropDead'>;
  readonly clock: Clock;
  readonly couriers: Pick<Couriers, 'of'>;
  /** Something that waits may be started now. */
  readonly claimWaiting: () => void;
}

/** What could not be answered or sent (R30): listed, shown, tried again, dropped. */
export function deadLetterOperations({
  journal,
  clock,
  couriers,
  claimWaiting,
}: DeadLetterDeps): Pick<Operations, 'deadLetters' | 'deadLetter' | 'retryDead' | 'dropDead'> {
  return {
    deadLetters: () => journal.deadLetters(200),
    deadLetter: async (id) => (await journal.deadLetter(id)) ?? unknown(id),
    retryDead: async (id) => {
      const letter = (await journal.deadLetter(id)) ?? unknown(id);
      if (!(await journal.retryDead(id, clock.now()))) unknown(id);
      if (letter.what === 'outbound') couriers.of(letter.address)?.kick();
      else claimWaiting();
    },
    dropDead: async (id) => {
      if (!(await journal.dropDead(id, clock.now()))) unknown(id);
    },
  };
}

function unknown(id: string): never {
  throw new RequestError(`There is no dead letter ${id}. "sluice dead list" shows them.`);
}
