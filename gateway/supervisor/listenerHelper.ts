/**
 * A short-lived program that has a listening socket as descriptor 4, which Node's own process could only look at
 * by accepting on it. Sends `{ address }`; sends the handle, on which nobody accepts, when it is asked to.
 */
import { Socket } from 'node:net';

const send = (message: object, handle?: unknown) => process.send?.(message, handle as never);

// A Socket on the descriptor only opens it: unlike a Server it neither listens nor accepts.
const socket = new Socket({ fd: 4, readable: false, writable: false });
const { address, port } = socket.address() as { address?: string; port?: number };
send(
  address === undefined ? { error: 'it is no TCP socket' } : { address: { host: address, port } },
);
process.on('message', () => send({}, (socket as unknown as { _handle: unknown })._handle));
process.once('disconnect', () => process.exit());
