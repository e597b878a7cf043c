import { createServer, type Server } from 'node:net';
import { AddressUnavailable, ConfigError, SluiceError } from '../core/exit.ts';
import type { SupervisorLink } from './link.ts';
import type { RawHandle } from './listener.ts';
import type { ListenAddress } from './protocol.ts';

/** The socket that a generation opened: a handle to listen on, and the address with the port it got. */
export interface OwnSocket {
  readonly handle: RawHandle;
  readonly address: ListenAddress;
}

/** Connections that the kernel keeps for us until somebody accepts. */
const BACKLOG = 4_096;

/**
 * Opens the listening socket for a generation that was given none, and leaves it with the supervisor, so that
 * it outlives this process. A server of Node's accepts from the moment it listens; so this one is closed again
 * as soon as its handle is on its way, and what comes back is the same socket with nobody accepting on it:
 * connections wait in the kernel until the generation serves.
 * @param wanted port 0: any free one.
 * @throws AddressUnavailable (1) when the port is taken or the address is not there yet: both may pass.
 * @throws ConfigError (78) when the port may not be bound or the host does not exist.
 */
export async function openSocket(link: SupervisorLink, wanted: ListenAddress): Promise<OwnSocket> {
  const back = Promise.withResolvers<OwnSocket>();
  const server = createServer((connection) => connection.destroy());
  server.once('error', (error: NodeJS.ErrnoException) =>
    back.reject(cannotBind(wanted, error.code ?? error.message)),
  );
  const orphaned = () => back.reject(new SluiceError('the supervisor is gone.'));
  process.once('disconnect', orphaned);
  server.listen({ ...wanted, backlog: BACKLOG }, () => {
    const address = addressOf(server);
    link.on('socket', (_message, handle) => {
      if (handle === undefined) back.reject(new SluiceError('the socket got lost on its way.'));
      else back.resolve({ handle, address });
    });
    const { _handle: handle } = server as unknown as { _handle: RawHandle };
    void link.send({ type: 'listening', address }, handle).then(() => server.close());
  });
  return back.promise.finally(() => process.off('disconnect', orphaned));
}

function addressOf(server: Server): ListenAddress {
  const { address: host, port } = server.address() as { address: string; port: number };
  return { host, port };
}

function cannotBind(wanted: ListenAddress, code = 'unknown error'): SluiceError {
  const where = `${wanted.host}:${wanted.port}`;
  switch (code) {
    case 'EADDRINUSE':
      // Exit 1, not 78: the program that has the port may be about to end, so another try can help.
      return new AddressUnavailable(
        `port ${wanted.port} on ${wanted.host} is in use by another program; ` +
          'end that program, or choose another port in the configuration (0 takes any free one).',
      );
    case 'EACCES':
      return new ConfigError(
        `this user may not listen on ${where}; choose a port of 1024 or above, or let the service manager pass the socket.`,
      );
    case 'ENOTFOUND':
      return new ConfigError(
        `the host ${wanted.host} to listen on is not known; correct it in the configuration.`,
      );
    case 'EADDRNOTAVAIL':
      return new AddressUnavailable(
        `${wanted.host} is no address of this machine (yet); correct the host in the configuration, or start again once the network is up.`,
      );
    default:
      return new AddressUnavailable(`cannot listen on ${where}: ${code}.`);
  }
}
