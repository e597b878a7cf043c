/**
 * A short-lived program around the listening socket. A parent that called listen() itself would also
 * accept: connections would be stolen from the generations. So this process does it, and passes the raw
 * handle (which nobody accepts on) over IPC.
 *
 *     bind HOST PORT    binds, sends { address } with the handle, ends when the channel closes
 *     hold              has a listening socket as descriptor 4: sends { address }; sends the handle
 *                       when it is asked to
 */
import { createServer, Socket } from 'node:net';

const [, , mode, host, port] = process.argv;
const send = (message: object, handle?: unknown) => process.send?.(message, handle as never);

if (mode === 'bind') {
  const server = createServer();
  server.once('error', (error: NodeJS.ErrnoException) => {
    send({ error: error.code ?? error.message });
    process.disconnect();
  });
  server.listen({ host, port: Number(port), backlog: 4_096 }, () => {
    send({ address: place(server.address()) }, (server as unknown as { _handle: unknown })._handle);
  });
} else {
  // A Socket on the descriptor only opens it: unlike a Server it neither listens nor accepts.
  const socket = new Socket({ fd: 4, readable: false, writable: false });
  const { address, port: bound } = socket.address() as { address?: string; port?: number };
  send(
    address === undefined
      ? { error: 'it is no TCP socket' }
      : { address: { host: address, port: bound } },
  );
  process.on('message', () => send({}, (socket as unknown as { _handle: unknown })._handle));
}
process.once('disconnect', () => process.exit());

function place(address: unknown) {
  const { address: bound, port: chosen } = address as { address: string; port: number };
  return { host: bound, port: chosen };
}
