import type { RestartRequest } from '../core/operations.ts';
import type { Order } from '../core/order.ts';
import { wait } from '../core/wait.ts';
import type { Journal } from '../journal/journal.ts';
import type { Shop } from './shop.ts';

const LOOK = 50;

/** The chat of the turn from within which something was asked, where that turn still runs. */
export async function chatOf(
  journal: Journal,
  { within }: Pick<RestartRequest, 'within'>,
): Promise<Order['tell']> {
  if (within === undefined) return undefined;
  const row = (await journal.running()).find((r) =>
    within.turn === undefined ? r.session === within.session : r.turn === within.turn,
  );
  const message = row && (await journal.message(row.message));
  return message && { address: message.address, lane: message.lane, turn: row.turn };
}

/** An order once it has ended, whoever ends it; undefined while it is open after `ms`. */
export async function endOf(
  { journal, clock }: Pick<Shop, 'journal' | 'clock'>,
  id: string,
  ms: number,
): Promise<Order | undefined> {
  const until = clock.monotonic() + ms;
  for (;;) {
    const order = (await journal.orders({ limit: 50 })).find((o) => o.id === id);
    if (order !== undefined && order.state !== 'open') return order;
    if (clock.monotonic() >= until) return undefined;
    await wait(clock, LOOK);
  }
}
