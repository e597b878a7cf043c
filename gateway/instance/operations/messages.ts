import type { Clock } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import type { StoredMessage } from '../../core/message.ts';
import type { Operations, QueuedView } from '../../core/operations.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';
import type { Journal } from '../../journal/journal.ts';

export interface MessageDeps {
  readonly journal: Pick<Journal, 'queued' | 'message' | 'settle' | 'trace' | 'replyOf'>;
  readonly clock: Clock;
  readonly bus: ProgressBus;
}

/** Messages: those that wait, and what happened to each. */
export function messageOperations({
  journal,
  clock,
  bus,
}: MessageDeps): Pick<Operations, 'queue' | 'removeQueued' | 'trace'> {
  return {
    queue: async ({ lane, limit }) =>
      (await journal.queued({ limit: limit ?? 200, ...(lane === undefined ? {} : { lane }) })).map(
        queuedView,
      ),
    removeQueued: async (message, by) => {
      const stored = await journal.message(message);
      const done = await journal.settle(message, 'cancelled', {
        now: clock.now(),
        outbound: [],
        detail: { by },
      });
      if (!done || stored === undefined)
        throw new RequestError(`Message ${message} does not wait; it may have been started.`);
      bus.emit({ type: 'settled', lane: stored.lane, message, outcome: 'cancelled', text: '' });
    },
    trace: async (id) => {
      const message = await journal.message(id);
      if (message === undefined) throw new RequestError(`There is no message ${id}.`);
      const [events, reply] = await Promise.all([journal.trace(id), journal.replyOf(id)]);
      const { address, updateId, state, outcome } = message;
      return {
        message: {
          ...queuedView(message),
          address,
          updateId,
          state,
          ...(outcome === undefined ? {} : { outcome }),
          ...(reply === undefined ? {} : { reply: reply.text }),
        },
        events,
      };
    },
  };
}

function queuedView(m: StoredMessage): QueuedView {
  const { id, lane, session, text, receivedAt } = m;
  return { id, lane, session, text, receivedAt, who: m.sender.name ?? m.sender.id };
}
