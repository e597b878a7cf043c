import { JournalUnavailable } from '../../core/exit.ts';
import type { Claim, ClaimResult, Journal, NewMessage, Receipt } from '../journal.ts';
import { json } from '../json.ts';
import { type MessageColumns, type OutboundColumns, outboundOf } from '../rows.ts';
import type { Batches } from './batches.ts';
import {
  messageColumns,
  outboundColumns,
  type RunningColumns,
  runningRowOf,
  transcriptColumns,
} from './calls.ts';
import { type ClaimBurst, type Claimed, decided } from './claims.ts';

/** What `op_accept` answers. */
type Accepted =
  | { readonly status: 'full'; readonly queued: number }
  | { readonly status: 'duplicate'; readonly message: MessageColumns & { body_hash: string } }
  | (Claimed & {
      readonly status: 'accepted';
      readonly seq: number;
      readonly session: string;
      readonly ahead: number;
      readonly running?: RunningColumns | null;
    });

/** What `op_end_turn` answers. */
type Ended =
  | { readonly accepted: false }
  | (Claimed & { readonly accepted: true; readonly outbox: OutboundColumns[] });

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
      const found = (await batches.call({
        op: 'accept',
        args: [messageColumns(message), { ...options, ...place }],
        lane: message.lane,
        fenced: true,
      })) as Accepted;
      const claim = found.status === 'accepted' ? await next(found, options.claim) : {};
      return receiptOf(message, found, claim);
    },

    async endTurn({ turn, lane, fence }, { outbound, transcript, ...result }) {
      const row = {
        ...result,
        outbound: outbound.map(outboundColumns),
        transcript: transcript.map(transcriptColumns),
      };
      const found = (await batches.call({
        op: 'endTurn',
        args: [{ turn, lane, fence }, row],
        lane,
      })) as Ended;
      if (!found.accepted) return { accepted: false };
      const { turn: following, readyAt } = await next(found, result.claim);
      return {
        accepted: true,
        outbox: found.outbox.map(outboundOf),
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
