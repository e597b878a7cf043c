import { isBurstItem } from '../../core/burst.ts';
import type { TranscriptEntry } from '../../core/message.ts';
import { bodyHash } from '../bodyHash.ts';
import type { NewMessage, NewOutbound } from '../journal.ts';
import { json } from '../json.ts';
import { extraOf } from '../rows.ts';

/** What is written, as the columns of its table. */

/** A message's columns. */
export function messageColumns(m: NewMessage) {
  return {
    ...m.address,
    id: m.id,
    update_id: m.updateId,
    lane: m.lane,
    kind: m.kind,
    at_once: m.atOnce === true,
    burst: isBurstItem(m),
    stateless: m.stateless !== undefined,
    received_at: m.receivedAt,
    body_hash: bodyHash(m),
    direct: m.direct ? 1 : 0,
    sender: JSON.stringify(m.sender),
    extra: extraOf(m),
    text: m.text,
  };
}

export function outboundColumns(row: NewOutbound) {
  const { address, expiresAt, platformId, context, ...rest } = row;
  return {
    ...address,
    ...rest,
    expires_at: expiresAt,
    platform_id: platformId,
    context: json(context),
  };
}

export function transcriptColumns({ attachments, ...line }: TranscriptEntry) {
  return { ...line, ...(attachments === undefined ? {} : { attachments: json(attachments) }) };
}
