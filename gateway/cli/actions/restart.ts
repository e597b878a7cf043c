import { ConnectionLost, type ControlClient, controlClient } from '../../control/client.ts';
import { RequestError } from '../../core/exit.ts';
import type { RestartRequest } from '../../core/operations.ts';
import type { Order } from '../../core/order.ts';
import { duration } from '../text/format.ts';
import { orderText } from '../text/statusText.ts';
import { signalGateway } from './signalGateway.ts';
import { statusOrNone, waitFor } from './waitFor.ts';

export interface Restart {
  readonly force: boolean;
  readonly full: boolean;
  readonly whenIdle: boolean;
  readonly wait: boolean;
  readonly timeoutMs: number;
}

/**
 * Orders a restart by the socket or, where the process does not answer there, by SIGUSR1. With `wait`
 * it succeeds only when an instance with another id says that it is ready: that the old one has gone,
 * or that a process has been started, proves nothing.
 * Returns what to say.
 * @throws RequestError when it was refused, taken back, or not over in time.
 */
export async function restart(home: string, wanted: Restart): Promise<string> {
  const begin = performance.now();
  const client = controlClient(home);
  const before = await statusOrNone(client);
  const order = await place(home, client, wanted);
  if (!wanted.wait) {
    return order === undefined
      ? 'The gateway did not answer; a restart was asked for by SIGUSR1.'
      : `Restart ordered: ${orderText(order, Date.now())}.`;
  }
  const old = before?.instance;
  let state = 'the gateway does not answer';
  const after = await waitFor(
    () => `Restarting: ${state}`,
    wanted.timeoutMs,
    async () => {
      const status = await statusOrNone(client);
      state = status === undefined ? 'between two instances' : status.state;
      if (status !== undefined && status.instance !== old) {
        if (status.ready) return status;
        state = `the new instance is not ready yet: ${status.reasons.join('; ')}`;
      } else if (order !== undefined && status !== undefined) {
        await refuseEnded(client, order.id);
      }
      return undefined;
    },
  );
  if (after === undefined) {
    throw new RequestError(
      `no new instance was ready after ${duration(wanted.timeoutMs)}: ${state}; see \`sluice status\` and the log`,
    );
  }
  const took = duration(performance.now() - begin);
  return `Restarted in ${took}: instance ${after.instance} (generation ${after.generation}) is ready.`;
}

export async function cancelRestart(home: string): Promise<string> {
  const order = await controlClient(home).cancelRestart();
  return `Restart taken back: ${orderText(order, Date.now())}.`;
}

/** The order, or undefined where only a signal could be given. */
async function place(
  home: string,
  client: ControlClient,
  wanted: Restart,
): Promise<Order | undefined> {
  try {
    return await client.restart({
      by: 'cli',
      ...within(process.env),
      ...(wanted.force ? { force: true } : {}),
      ...(wanted.full ? { full: true } : {}),
      ...(wanted.whenIdle ? { whenIdle: true } : {}),
    });
  } catch (error) {
    if (error instanceof ConnectionLost && signalGateway(home, 'SIGUSR1')) return undefined;
    throw error;
  }
}

/** The old instance still answers: if it has closed the order without a successor, that is the answer. */
async function refuseEnded(client: ControlClient, id: string): Promise<void> {
  const order = await client.order(id).catch(() => undefined);
  if (order === undefined || order.state === 'open' || order.state === 'done') return;
  throw new RequestError(
    `the restart came to nothing, and the old instance goes on: ${orderText(order, Date.now())}`,
  );
}

/** Called from an agent's tool or from a hook, the gateway is told which turn that was: its chat is told. */
function within(env: NodeJS.ProcessEnv): Pick<RestartRequest, 'within'> {
  const { SLUICE_TURN: turn, SLUICE_SESSION: session } = env;
  if (!turn && !session) return {};
  return { within: { ...(turn && { turn }), ...(session && { session }) } };
}
