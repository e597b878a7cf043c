import { controlClient } from '../../control/client.ts';
import { SECOND } from '../../core/clock.ts';
import { RequestError, SluiceError } from '../../core/exit.ts';
import { effectiveState, type Order } from '../../core/order.ts';
import { duration } from '../text/format.ts';
import { orderText } from '../text/statusText.ts';
import { gatewayPids } from './signalGateway.ts';
import { statusOrNone, waitFor } from './waitFor.ts';

/** How long a signal may take to become an order that can be seen. */
const BEGIN_MS = 10 * SECOND;
/** An order that ended longer ago is not what anybody still waits for. */
const RECENT_MS = 60 * SECOND;

/** So long may nobody be there at all: a full restart under a service manager takes a moment. */
const GONE_MS = 3 * SECOND;

/** The gateway has been stopped, or is about to: no restart comes to an end any more. */
export class GatewayLeaves extends SluiceError {
  override readonly name = 'GatewayLeaves';
}

export interface Awaited {
  /** Epoch milliseconds: a restart that ended before is an earlier one. */
  readonly since: number;
  readonly timeoutMs: number;
}

/**
 * Waits for the outcome of a restart that somebody else began, by a signal for one: `systemctl reload`
 * does so with this. It is the one that is open, or that ended since `since`; where none begins within
 * some seconds, the last one if that ended within a minute.
 * Returns what to say.
 * @throws RequestError when it came to nothing: the old instance has said so.
 * @throws GatewayLeaves when the gateway is stopped meanwhile.
 * @throws SluiceError when there is none, or it is not over in time.
 */
export async function awaitRestart(home: string, wanted: Awaited): Promise<string> {
  const client = controlClient(home);
  const begin = performance.now();
  let state = 'the gateway does not answer';
  let lastSeen = begin;
  const found = await waitFor(
    () => `Waiting for the restart: ${state}`,
    wanted.timeoutMs,
    async () => {
      const status = await statusOrNone(client);
      if (status !== undefined || gatewayPids(home).length > 0) lastSeen = performance.now();
      if (performance.now() - lastSeen > GONE_MS)
        throw new GatewayLeaves('no gateway runs any more');
      if (status === undefined) return undefined;
      state = status.state;
      if (status.desired === 'stopped') {
        throw new GatewayLeaves('the gateway is about to stop, so no other instance takes over');
      }
      const order = status.restart;
      const open = order !== undefined && effectiveState(order, Date.now()) === 'open';
      const ours = order?.endedAt !== undefined && order.endedAt >= wanted.since;
      const late = performance.now() - begin > BEGIN_MS;
      if (open || !(ours || late)) return undefined;
      // A successor is an outcome only once it is ready.
      const done = order?.state === 'done' && order.successor === status.instance;
      return done && !status.ready ? undefined : { order, ours, status };
    },
  );
  if (found === undefined) {
    throw new SluiceError(`the restart is not over after ${duration(wanted.timeoutMs)}: ${state}`);
  }
  const { order, ours, status } = found;
  if (order === undefined || !(ours || recent(order, wanted.since))) {
    throw new SluiceError(
      `no restart has begun within ${duration(BEGIN_MS)}; see \`sluice status\` and the log`,
    );
  }
  if (order.state !== 'done') {
    throw new RequestError(
      `the restart came to nothing, and the old instance goes on: ${orderText(order, Date.now())}`,
    );
  }
  return `Restarted: instance ${status.instance} (generation ${status.generation}) is ready.`;
}

function recent(order: Order, since: number): boolean {
  return order.endedAt !== undefined && order.endedAt >= since - RECENT_MS;
}
