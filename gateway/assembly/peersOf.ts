import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import type { Config } from '../config/schema.ts';
import type { PeerAddress } from '../turns/relay/peerSocket.ts';

const LOOPBACK = '127.0.0.1';
const ANY = ['0.0.0.0', '::'];

/**
 * Where other machines hear this one: as configured, and else at the address from which `database` is reached,
 * since they reach that, too. Undefined where the configuration says that they shall not.
 */
export async function peersOf(
  { journal: { peers } }: Pick<Config, 'journal'>,
  database: string,
): Promise<PeerAddress | undefined> {
  if (!peers.enabled) return undefined;
  const { host: told, port } = peers;
  const own = told === undefined || ANY.includes(told) ? await ownAddress(database) : told;
  const host = told ?? own;
  const { host: name, port: named } = splitAddress(peers.advertise ?? own);
  return { host, port, advertise: { host: name, port: named ?? port } };
}

/** The address that this machine has on its way to the server of a URL. Nothing is sent. */
async function ownAddress(url: string): Promise<string> {
  const socket = createSocket(isIPv6Only(url) ? 'udp6' : 'udp4');
  try {
    const { hostname, port } = new URL(url);
    if (hostname === '') return LOOPBACK;
    const { address } = await lookup(hostname.replace(/^\[|\]$/g, ''), {
      family: isIPv6Only(url) ? 6 : 4,
    });
    socket.connect(Number(port) || 5432, address);
    await once(socket, 'connect');
    return socket.address().address;
  } catch {
    // A URL of several servers, a name that is not known now: whoever runs these says the address.
    return LOOPBACK;
  } finally {
    socket.close();
  }
}

function isIPv6Only(url: string): boolean {
  return /@\[|\/\/\[/.test(url);
}

/** `host`, `host:port`, `[v6]:port` or a bare IPv6 address. */
function splitAddress(address: string): { host: string; port?: number } {
  const found = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(address);
  if (found === null) return { host: address };
  const host = (found[1] ?? found[2]) as string;
  return found[3] === undefined ? { host } : { host, port: Number(found[3]) };
}
