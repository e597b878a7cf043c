import type { StoredMessage } from '../core/message.ts';
import type { Adoption } from '../journal/journal.ts';
import type { Shop } from './shop.ts';

/** Takes over what instances left that are neither this one nor `alive`, and says so where there is any. */
export async function takeUp(shop: Shop, alive: readonly string[]): Promise<Adoption> {
  const { journal, clock, instance, log } = shop;
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

/** Ends a command that must not be carried out twice: the restart or the crash was its end. */
export async function closeCommand({ journal, clock }: Shop, command: StoredMessage) {
  const answered = { now: clock.now(), outbound: [], evenRunning: true };
  await journal.settle(command.id, 'answered', answered);
}
