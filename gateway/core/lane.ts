import type { Address, Inbound } from './message.ts';

export type GroupSessions = 'shared' | 'per-sender';

/**
 * The key of a conversation's order: platform, account, chat, thread, and in groups the sender if so
 * configured. Parts are percent-encoded, so no part can forge another's separator.
 *
 * In a direct chat the sender is always part of the key: some platforms use one chat id for several
 * people (a shared inbox, a web login), and two people's direct messages must never meet in one lane.
 */
export function laneKey(
  message: Pick<Inbound, 'address' | 'sender' | 'direct'>,
  groups: GroupSessions,
): string {
  const { platform, account, chat, thread } = message.address;
  const parts = [platform, account, chat, thread ?? ''];
  if (message.direct || groups === 'per-sender') parts.push(message.sender.id);
  return parts.map(encodeURIComponent).join(':');
}

/** `platform:account`, the unit that leases, couriers and rate limits belong to. */
export function accountKey(address: Pick<Address, 'platform' | 'account'>): string {
  return `${encodeURIComponent(address.platform)}:${encodeURIComponent(address.account)}`;
}

/** The address a lane was made from. Undefined for a key that is not a lane's. */
export function laneAddress(lane: string): Address | undefined {
  const [platform, account, chat, thread] = lane.split(':').map(decodeURIComponent);
  if (platform === undefined || account === undefined || chat === undefined) return undefined;
  return { platform, account, chat, ...(thread ? { thread } : {}) };
}
