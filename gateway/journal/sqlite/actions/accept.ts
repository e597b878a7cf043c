import { isBurstItem } from '../../../core/burst.ts';
import type { StoredMessage } from '../../../core/message.ts';
import { bodyHash } from '../../bodyHash.ts';
import type { AcceptOptions, NewMessage, Receipt } from '../../journal.ts';
import { json } from '../../json.ts';
import { extraOf } from '../../rows.ts';
import type { Connection } from '../connection.ts';
import { newId } from '../ids.ts';
import { claimLane, standing, writeTurn } from './claim.ts';
import { setCursor } from './cursors.ts';
import { addEvent } from './events.ts';
import { enqueue, isElsewhere, type LaneRow, laneOf } from './lanes.ts';
import { startSession } from './sessions.ts';
import { runningTurn } from './turns.ts';

/**
 * Commits a message. Order of the questions: known already? an at-once command? may it start now? is
 * there room to wait? A receive cursor moves whenever the platform is to be told "received", so also for
 * a duplicate, but not when the queue is full.
 */
export function accept(c: Connection, message: NewMessage, options: AcceptOptions): Receipt {
  const known = duplicateOf(c, message, options.now);
  if (known !== undefined) {
    moveCursor(c, options);
    return known;
  }
  const lane = laneOf(c, message.lane);
  const atOnce = message.atOnce === true;
  const waiting = lane?.waiting ?? 0;
  const idle = lane === undefined || (lane.turn === null && lane.head === null);
  const claim = standing(c, options.claim);
  const startsNow =
    !atOnce &&
    claim !== undefined &&
    idle &&
    !isBurstItem(message) &&
    !(lane !== undefined && isElsewhere(c, lane, claim));
  if (!atOnce && !startsNow && waiting >= options.queueLimit) {
    return { status: 'full', queued: waiting };
  }

  const session = lane?.session ?? openLane(c, message, options.now);
  const turn = startsNow ? newId('t', options.now) : undefined;
  const stored = insert(c, message, session, options, turn);
  addEvent(c, stored.seq, 'accepted', options.now);
  moveCursor(c, options);
  const receipt = { status: 'accepted', id: message.id, seq: stored.seq, session } as const;
  const running = lane?.turn == null ? {} : { running: runningTurn(c, lane.turn) };
  const busy = running.running === undefined ? {} : { running: running.running };
  if (atOnce) {
    addEvent(c, stored.seq, 'started', options.now);
    return { ...receipt, ahead: 0, ...busy };
  }
  if (turn !== undefined && claim !== undefined) {
    c.run('UPDATE lanes SET turn = ?, fence = fence + 1 WHERE key = ?', turn, message.lane);
    const at = { key: message.lane, fence: lane?.fence ?? 0 };
    return { ...receipt, ahead: 0, turn: writeTurn(c, at, turn, [stored], claim) };
  }
  enqueue(c, message.lane, stored.seq, 1);
  addEvent(c, stored.seq, 'queued', options.now, { ahead: waiting });
  const next = claim === undefined ? {} : claimNext(c, message.lane, claim);
  return { ...receipt, ahead: waiting, ...busy, ...next };
}

function claimNext(c: Connection, key: string, how: NonNullable<AcceptOptions['claim']>) {
  return claimLane(c, laneOf(c, key) as LaneRow, how);
}

function moveCursor(c: Connection, { cursor }: AcceptOptions): void {
  if (cursor !== undefined) setCursor(c, cursor.name, cursor.value);
}

function duplicateOf(c: Connection, message: NewMessage, now: number): Receipt | undefined {
  const row = c.get<{
    seq: number;
    id: string;
    session: string;
    state: StoredMessage['state'];
    outcome: NonNullable<StoredMessage['outcome']> | null;
    body_hash: string;
  }>(
    `SELECT seq, id, session, state, outcome, body_hash FROM messages
     WHERE platform = ? AND account = ? AND update_id = ?`,
    message.address.platform,
    message.address.account,
    message.updateId,
  );
  if (row === undefined) return undefined;
  addEvent(c, row.seq, 'duplicate', now);
  return {
    status: 'duplicate',
    id: row.id,
    session: row.session,
    state: row.state,
    ...(row.outcome !== null && { outcome: row.outcome }),
    bodyHash: row.body_hash,
  };
}

/** Makes a lane and its first session. */
function openLane(c: Connection, message: NewMessage, now: number): string {
  const stateless = message.stateless !== undefined;
  const session = startSession(c, { ...message, stateless }, now);
  c.run('INSERT INTO lanes (key, session) VALUES (?, ?)', message.lane, session);
  return session;
}

function insert(
  c: Connection,
  message: NewMessage,
  session: string,
  options: AcceptOptions,
  turn: string | undefined,
): StoredMessage {
  const atOnce = message.atOnce === true;
  const state = atOnce || turn !== undefined ? 'running' : 'queued';
  const { address } = message;
  const seq = c.insert(
    `INSERT INTO messages (id, platform, account, update_id, chat, thread, lane, session, kind,
       at_once, holder, state, turn, received_at, body_hash, direct, sender, extra, text)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    message.id,
    address.platform,
    address.account,
    message.updateId,
    address.chat,
    address.thread,
    message.lane,
    session,
    message.kind,
    atOnce,
    atOnce ? (options.holder ?? options.claim?.holder) : undefined,
    state,
    turn,
    message.receivedAt,
    bodyHash(message),
    message.direct,
    json(message.sender),
    extraOf(message),
    message.text,
  );
  if (message.kind !== 'command') {
    c.run(
      'UPDATE sessions SET messages = messages + 1, last_at = ? WHERE id = ?',
      options.now,
      session,
    );
  }
  const { atOnce: _, ...inbound } = message;
  return { ...inbound, seq, session, state };
}
