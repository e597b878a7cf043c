import { randomUUID } from 'node:crypto';
import { ConnectionLost, controlClient, NotRunning } from '../../control/client.ts';
import { RequestError } from '../../core/exit.ts';
import type { Received, Settled } from '../../platforms/platform.ts';

/** How long nobody may answer, between two instances, before the wait is given up. */
const GAP_MS = 60_000;
const PAUSE_MS = 200;

const REFUSED = {
  full: 'too many messages wait in this conversation; try again later',
  draining: 'the gateway is about to leave; try again in a moment',
  stopped: 'the gateway is stopping; try again when it is back',
} as const;

export interface Answer {
  readonly received: Extract<Received, { accepted: true }>;
  readonly settled: Settled;
}

/**
 * Sends a message and waits for its outcome. When the instance that was asked leaves before it can
 * say, the next one is asked under the same id: the message is the same one there.
 * @throws NotRunning when nobody is there at the first try; RequestError when it was not accepted.
 */
export async function sendAndWait(
  home: string,
  message: { text: string; session?: string },
  options: {
    id?: string;
    gapMs?: number;
    /** Told once, when the message was accepted. */
    received?: (received: Answer['received']) => void;
    signal?: AbortSignal;
  } = {},
): Promise<Answer> {
  const id = options.id ?? randomUUID();
  let received: Answer['received'] | undefined;
  let silentSince = performance.now();
  for (let attempt = 1; ; attempt++) {
    try {
      for await (const line of controlClient(home).send({ id, ...message }, options.signal)) {
        silentSince = performance.now();
        if ('received' in line) {
          if (!line.received.accepted) throw new RequestError(REFUSED[line.received.refused]);
          if (received === undefined) options.received?.(line.received);
          received = line.received;
        } else if (received !== undefined) {
          return { received, settled: line.settled };
        }
      }
    } catch (error) {
      const gap = error instanceof NotRunning || error instanceof ConnectionLost;
      if (!gap || (attempt === 1 && error instanceof NotRunning)) throw error;
      if (performance.now() - silentSince > (options.gapMs ?? GAP_MS)) throw error;
    }
    await new Promise((done) => setTimeout(done, PAUSE_MS));
  }
}
