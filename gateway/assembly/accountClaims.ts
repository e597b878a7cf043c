import { type Clock, SECOND } from '../core/clock.ts';
import type { SupervisorLink } from '../supervisor/link.ts';

/** Whether this home may serve the account of a token, by a hash of it. Never rejects. */
export type ClaimAccount = (hash: string) => Promise<boolean>;

/** A supervisor of an earlier version does not know the question. */
const NO_ANSWER = 2 * SECOND;

/** Asks the supervisor, which holds accounts for the home beyond the life of one generation (R16). */
export function claimsOf(link: SupervisorLink | undefined, clock: Clock): ClaimAccount {
  if (link === undefined) return async () => true;
  const open = new Map<string, ((held: boolean) => void)[]>();
  link.on('account', ({ hash, held }) => {
    for (const answer of open.get(hash) ?? []) answer(held);
    open.delete(hash);
  });
  return (hash) =>
    new Promise((done) => {
      const timer = clock.after(NO_ANSWER, () => done(true));
      const answer = (held: boolean) => {
        timer.cancel();
        done(held);
      };
      open.set(hash, [...(open.get(hash) ?? []), answer]);
      void link.send({ type: 'account-wanted', hash });
    });
}
