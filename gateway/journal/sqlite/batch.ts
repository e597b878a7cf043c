import { ACTIONS } from './actions/index.ts';
import type { Connection } from './connection.ts';
import { asUnavailable, SQLITE, sqliteCode } from './errors.ts';
import { writesNothing } from './ops.ts';
import { type Call, type JournalEvent, type Reply, toWire } from './protocol.ts';

/**
 * Carries out everything that waits, in order, in one transaction, and returns what to answer once it is
 * durable. When a call fails, the whole is undone and each call runs again in a transaction of its own:
 * one bad call spoils no other, and a call too big for what is left of the disk leaves room for the rest.
 */
export function runBatch(
  c: Connection,
  calls: readonly Call[],
  tell: (event: JournalEvent) => void,
): Reply[] {
  try {
    return transact(c, calls);
  } catch (error) {
    const down = asUnavailable(error, c.file);
    if (down !== undefined && sqliteCode(error) !== SQLITE.FULL) {
      tell({ name: 'unavailable', calls: calls.length, error: down.message });
      return calls.map((call) =>
        writesNothing(call.op) ? alone(c, call) : { id: call.id, error: toWire(down) },
      );
    }
    if (calls.length === 1) return [{ id: (calls[0] as Call).id, error: toWire(down ?? error) }];
    const message = error instanceof Error ? error.message : String(error);
    tell({ name: 'batch-repeated', calls: calls.length, error: message });
    return calls.map((call) => alone(c, call));
  }
}

function alone(c: Connection, call: Call): Reply {
  try {
    return transact(c, [call])[0] as Reply;
  } catch (error) {
    return { id: call.id, error: toWire(asUnavailable(error, c.file) ?? error) };
  }
}

function transact(c: Connection, calls: readonly Call[]): Reply[] {
  const all = (): Reply[] => calls.map((call) => ({ id: call.id, value: perform(c, call) }));
  return calls.every((call) => writesNothing(call.op)) ? c.patiently(all) : c.write(all);
}

function perform(c: Connection, { op, args }: Call): unknown {
  const action = ACTIONS[op] as (c: Connection, ...args: readonly unknown[]) => unknown;
  return action(c, ...args);
}
