import { randomBytes } from 'node:crypto';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { SECOND } from '../../core/clock.ts';
import type { Peer } from '../../journal/journal.ts';

/**
 * TLS by a key that both sides have from the journal, and by nothing else: the suite knows no certificates, its
 * handshake fails where either side has another key, and what is said cannot be read on the wire. Each
 * instance has a key of its own, which is gone from the journal with it.
 */
const TLS = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} as const;
/** Both sides know who is meant; the suite wants a name. */
const IDENTITY = 'sluice';
const HANDSHAKE = 5 * SECOND;
/** Far more than a fleet has; a stranger who connects again and again stops here. */
const MOST = 256;

/** Where peers may reach this instance. */
export interface PeerAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** What others are told; with a port of 0 the one that was found. */
  readonly advertise: { readonly host: string; readonly port: number };
}

/** @throws what listening fails with. `refused` is told of connections that did not know the key. */
export async function listenToPeers(
  { host, port, advertise }: PeerAddress,
  serve: (socket: TLSSocket) => void,
  refused: (from: string | undefined, error: Error) => void,
): Promise<{ readonly peer: Peer; close(): void }> {
  const key = randomBytes(32);
  const server = createServer({
    ...TLS,
    handshakeTimeout: HANDSHAKE,
    pskCallback: () => key,
  });
  server.maxConnections = MOST;
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', (error, socket) => refused(socket.remoteAddress, error));
  server.on('secureConnection', serve);
  await new Promise<void>((done, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      done();
    });
  });
  server.on('error', () => {});
  const bound = (server.address() as AddressInfo).port;
  return {
    peer: {
      address: addressOf(advertise.host, advertise.port || bound),
      key: key.toString('base64url'),
    },
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

/** Connects; `secureConnect` says that the other side has the key, too. */
export function connectToPeer({ address, key }: Peer): TLSSocket {
  const at = address.lastIndexOf(':');
  const socket = connect({
    ...TLS,
    host: address.slice(0, at).replace(/^\[|\]$/g, ''),
    port: Number(address.slice(at + 1)),
    // No certificate is shown in this suite.
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ psk: Buffer.from(key, 'base64url'), identity: IDENTITY }),
  });
  const late = () => socket.destroy(new Error('it does not answer'));
  socket.setTimeout(HANDSHAKE).once('timeout', late);
  socket.once('secureConnect', () => socket.off('timeout', late));
  return socket;
}

function addressOf(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
