import { JournalUnavailable } from '../../core/exit.ts';
import type { Inbound, JsonValue } from '../../core/message.ts';
import type { Host, Received } from '../platform.ts';

/** A message was handed over: it is committed, or its queue is full. */
export type Taken = Extract<Received, { accepted: true }> | 'full';

/**
 * Commits one message, and moves the cursor with it where one is given.
 * @throws JournalUnavailable also when the gateway takes nothing at all (it is stopping): in both
 * cases the platform must not be told that the message has arrived.
 */
export async function take(host: Host, message: Inbound, cursor?: JsonValue): Promise<Taken> {
  const received = await host.receive(message, cursor === undefined ? {} : { cursor });
  if (received.accepted) return received;
  if (received.refused === 'full') return 'full';
  throw new JournalUnavailable(`the gateway takes no messages now (${received.refused})`);
}

/**
 * Commits a batch: one conversation strictly in order, different ones side by side. The cursor moves
 * with the last message only, after all others are committed, so that it never passes one that is not.
 * @throws JournalUnavailable when any was not committed; those that were are recognised when they come again.
 */
export async function takeAll(
  host: Host,
  messages: readonly Inbound[],
  cursor: JsonValue,
  done: (message: Inbound, taken: Taken) => void,
): Promise<void> {
  const last = messages.at(-1);
  if (last === undefined) return;
  const chains = new Map<string, Promise<void>>();
  for (const message of messages.slice(0, -1)) {
    const chat = message.address.chat;
    const before = chains.get(chat) ?? Promise.resolve();
    chains.set(
      chat,
      before.then(async () => done(message, await take(host, message))),
    );
  }
  const results = await Promise.allSettled(chains.values());
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  done(last, await take(host, last, cursor));
}
