import type { Config } from '../config/schema.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import { openSocket } from '../supervisor/ownSocket.ts';
import type { WebDeps } from './webOf.ts';

/**
 * The listening socket that the supervisor keeps: the one it gave, or one that is opened here and left with it.
 * Undefined where nothing listens, or nobody is there to keep it.
 * @throws AddressUnavailable, ConfigError as `openSocket`.
 */
export async function socketOf(
  { platforms: { web } }: Config,
  link: SupervisorLink | undefined,
): Promise<WebDeps['socket']> {
  if (link === undefined) return undefined;
  const { listenFd, address } = link.become;
  if (listenFd !== undefined && address !== undefined)
    return { at: { fd: listenFd }, host: address.host };
  if (!web.enabled) return undefined;
  const opened = await openSocket(link, { host: web.host, port: web.port });
  return { at: { handle: opened.handle }, host: opened.address.host };
}
