import { JournalUnavailable } from '../../core/exit.ts';
import type { Outbound } from '../../core/outbox.ts';
import type { Claim, ClaimResult, Journal, NewMessage, NewOutbound, Receipt } from '../journal.ts';
import { json } from '../json.ts';
import { type MessageColumns, type OutboundColumns, outboundOf } from '../rows.ts';
import type { Batches } from './batches.ts';
import { type RunningColumns, runningRowOf } from './calls.ts';
import { type ClaimBurst, type Claimed, decided, type TurnRows } from './claims.ts';
import { messageColumns, outboundColumns, transcriptColumns } from './columns.ts';

/** What is not known here of a turn that started with its message. */
interface Started extends Pick<TurnRows, 'opens' | 'agent' | 'model' | 'agent_state'> {
  readonly turn: string;
  readonly fence: number;
}

/** What `op_accepts` answers for each message. */
type Accepted =
  | { readonly status: 'full'; readonly queued: number }
  | { readonly status: 'duplicate'; readonly message: MessageColumns & { body_hash: string } }
  | (Claimed & {
      readonly status: 'accepted';
      readonly seq: number;
      readonly session: string;
      readonly ahead: number;
      readonly running?: RunningColumns | null;
      readonly started?: Started;
    });

/** What `op_end_turns` answers for each turn: the rows of its reply that are its sender's to send, or their ids. */
type Ended =
  | { readonly accepted: false }
  | (Claimed & {
      readonly accepted: true;
      readonly outbox?: readonly OutboundColumns[];
      readonly sending?: readonly string[];
    });

/** The calls that may start a turn. */
export function turnCalls(
  batches: Batches,
): Pick<Journal, 'accept' | 'endTurn' | 'claim' | 'claimAny'> {
  const burst =
    (how: Claim): ClaimBurst =>
    async (lane, seqs) =>
      (await batches.call({ op: 'claimBurst', args: [lane, seqs, how], lane })) as Claimed;

  /** The step itself is committed; what a burst needs beyond it is claimed by whoever looks for work. */
  const next = async (found: Claimed, how: Claim | undefined): Promise<ClaimResult> => {
    if (how === undefined) return {};
    try {
      return await decided(found, how, burst(how));
    } catch (error) {
      if (error instanceof JournalUnavailable) return {};
      throw error;
    }
  };

  return {
    async accept(message, { cursor, ...options }) {
      const place =
        cursor === undefined
          ? {}
          : {
              cursor: {
                name: cursor.name,
                value: cursor.value === null ? null : json(cursor.value),
              },
            };
      const columns = messageColumns(message);
      const found = (await batches.call({
        op: 'accept',
        args: [{ ...columns, o: { ...options, ...place } }],
        lane: message.lane,
        fenced: true,
      })) as Accepted;
      if (found.status !== 'accepted') return receiptOf(message, found, {});
      const { claim } = options;
      const started = found.started !== undefined && claim !== undefined;
      const rows = started ? { turn: startedRows(columns, found, found.started, claim) } : found;
      return receiptOf(message, found, await next(rows, claim));
    },

    async endTurn({ turn, lane, fence }, { outbound, transcript, ...result }) {
      const row = {
        ...result,
        outbound: outbound.map(outboundColumns),
        transcript: transcript.map(transcriptColumns),
      };
      const found = (await batches.call({
        op: 'endTurn',
        args: [{ turn, lane, fence, ...row }],
        lane,
      })) as Ended;
      if (!found.accepted) return { accepted: false };
      const { turn: following, readyAt } = await next(found, result.claim);
      return {
        accepted: true,
        outbox:
          found.outbox?.map(outboundOf) ??
          sendingOf(outbound, found.sending ?? [], turn, result.now),
        ...(following === undefined ? {} : { next: following }),
        ...(readyAt === undefined ? {} : { readyAt }),
      };
    },

    async claim(lane, how) {
      const found = (await batches.call({
        op: 'claim',
        args: [lane, how],
        lane,
        news: (found: object) => 'turn' in found,
      })) as Claimed;
      return decided(found, how, burst(how));
    },

    async claimAny(how, limit) {
      const found = (await batches.call({
        op: 'claimAny',
        args: [how, limit],
        news: (found: unknown[]) => found.length > 0,
      })) as Claimed[];
      const results = await Promise.all(found.map((one) => decided(one, how, burst(how))));
      return results.flatMap(({ turn }) => (turn === undefined ? [] : [turn]));
    },
  };
}

/** A turn that started with its message, which the database does not send back. */
function startedRows(
  columns: ReturnType<typeof messageColumns>,
  { seq, session }: { readonly seq: number; readonly session: string },
  { turn: id, fence, ...rest }: Started,
  { holder, now }: Claim,
): TurnRows {
  const { lane } = columns;
  const message = { thread: null, ...columns, seq, session, state: 'running', turn: id } as const;
  return {
    ...rest,
    turn: {
      id,
      lane,
      session,
      fence,
      holder,
      state: 'running',
      attempt: 1,
      messages: JSON.stringify([seq]),
      first: columns.id,
      started_at: now,
    },
    messages: [{ ...message, outcome: null }],
    steps: [],
  };
}

/** The rows of a reply that this instance sends at once. */
function sendingOf(
  outbound: readonly NewOutbound[],
  sending: readonly string[],
  turn: string,
  now: number,
): Outbound[] {
  const known = { turn, state: 'sending', attempts: 1, ambiguous: false, createdAt: now } as const;
  return outbound
    .filter(({ id }) => sending.includes(id))
    .map(({ expiresAt, ...row }) => ({ ...row, ...known }));
}

function receiptOf(message: NewMessage, found: Accepted, claim: ClaimResult): Receipt {
  if (found.status === 'full') return { status: 'full', queued: found.queued };
  if (found.status === 'duplicate') {
    const { id, session, state, outcome, body_hash } = found.message;
    const ended = outcome === null ? {} : { outcome };
    return { status: 'duplicate', id, session, state, ...ended, bodyHash: body_hash };
  }
  const { seq, session, ahead, running } = found;
  return {
    status: 'accepted',
    id: message.id,
    seq,
    session,
    ahead,
    ...(running == null ? {} : { running: runningRowOf(running) }),
    ...claim,
  };
}
