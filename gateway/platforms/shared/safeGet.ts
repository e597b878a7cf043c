import { lookup as dnsLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import type { OpenedFile } from '../platform.ts';

/** Addresses that a link in a message may not reach: this machine, its network, and special ranges. */
const PRIVATE = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  ['::', 127],
  ['64:ff9b::', 96],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  PRIVATE.addSubnet(net, bits, 'ipv6');
}

/** True for an address that must not be reached on the word of a message. */
export function isPrivate(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPrivate(mapped);
  const family = isIP(address);
  if (family === 0) return true;
  // An IPv4 address in its hexadecimal IPv6 form is not a way around.
  if (family === 6 && /^::ffff:/i.test(address)) return true;
  return PRIVATE.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

export interface SafeGetOptions {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Origins from the configuration, which may be private. */
  readonly trusted?: readonly string[];
  readonly lookup?: LookupFunction;
}

const REDIRECTS = 3;

/**
 * Opens an address that came with a message. Each redirect is checked like the first address, and the
 * check is made on the address that is connected to, so a name cannot answer differently twice.
 * @throws Error for a private address, another scheme, too many redirects, or an answer that is not 200.
 */
export async function openUrl(address: string, options: SafeGetOptions): Promise<OpenedFile> {
  let url = new URL(address);
  for (let hop = 0; hop <= REDIRECTS; hop++) {
    const response = await get(url, options);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      url = new URL(headers.location, url);
      continue;
    }
    if (statusCode !== 200) {
      response.destroy();
      throw new Error(`${url.host} answered ${statusCode}`);
    }
    const type = headers['content-type']?.split(';')[0]?.trim();
    return { body: response, ...(type ? { type } : {}) };
  }
  throw new Error(`${url.host} redirects more than ${REDIRECTS} times`);
}

function get(url: URL, options: SafeGetOptions): Promise<IncomingMessage> {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    throw new Error(`${url.protocol} is not fetched; only http and https are`);
  }
  if (url.username !== '' || url.password !== '')
    throw new Error('an address with a password is not fetched');
  const trusted = options.trusted?.includes(url.origin) === true;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!trusted && isIP(host) !== 0 && isPrivate(host)) {
    throw new Error(`${host} is a private address and not fetched`);
  }
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  const request: RequestOptions = {
    headers: { accept: '*/*', 'accept-encoding': 'identity' },
    signal: AbortSignal.any([options.signal, AbortSignal.timeout(options.timeoutMs)]),
    ...(trusted ? {} : { lookup: guarded(options.lookup ?? (dnsLookup as LookupFunction)) }),
  };
  return new Promise((done, fail) => {
    send(url, request, done).on('error', fail).end();
  });
}

/** A name lookup that gives out public addresses only. */
function guarded(lookup: LookupFunction): LookupFunction {
  return (name, given, callback) => {
    lookup(name, { ...given, all: true }, (error, found) => {
      if (error !== null) return callback(error, '', 0);
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const [bad] = addresses.filter(({ address }) => isPrivate(address));
      const [first] = addresses;
      if (bad !== undefined || first === undefined) {
        return callback(new Error(`${name} is a private address and not fetched`), '', 0);
      }
      if (given.all === true) return callback(null, addresses);
      callback(null, first.address, first.family);
    });
  };
}
