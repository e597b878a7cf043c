import { RequestError } from '../../core/exit.ts';
import type { Order } from '../../core/order.ts';
import type { Forgotten, Journal, Peer } from '../journal.ts';
import { json, unjson } from '../json.ts';
import {
  type MessageColumns,
  messageOf,
  type OutboundColumns,
  outboundOf,
  runningOf,
  type SessionColumns,
  sessionOf,
  type TurnColumns,
} from '../rows.ts';
import { outboundColumns } from './columns.ts';
import { countsOf, replyOf, transcriptRowOf } from './results.ts';

/** Calls that are one function each. Those that start turns are in `claims.ts`. */
export type PlainCall = Exclude<
  keyof Journal,
  'accept' | 'endTurn' | 'claim' | 'claimAny' | 'onForeignCommit' | 'close'
>;

type Args<K extends PlainCall> = Parameters<Journal[K]>;

/** How one call of the interface becomes a call of the database's function, and its result a value again. */
export interface Translation<K extends PlainCall> {
  /** The function's arguments. */
  readonly args: (...args: Args<K>) => readonly unknown[];
  /** Absent: nothing comes back. */
  readonly result?: (value: never, ...args: Args<K>) => Awaited<ReturnType<Journal[K]>>;
  /** A write of an instance, refused once that was declared dead. */
  readonly fenced?: true;
  /** It writes nothing. */
  readonly reads?: true;
  /** Whether its result says that others may find something new. Absent: they may. */
  readonly news?: (result: never) => boolean;
  /** The lane it locks, where the call names one. */
  readonly lane?: (...args: Args<K>) => string;
}

/** A running turn with what is known of its holder; NULL where that is gone. */
export type RunningColumns = TurnColumns & {
  draining: boolean | null;
  generation: number | null;
  machine: string | null;
};

interface InstanceColumns {
  id: string;
  machine: string;
  generation: number;
  version: string;
  pid: number;
  started_at: number;
  until: number;
  draining: boolean;
}

const rows =
  <Row, T>(of: (row: Row) => T) =>
  (found: readonly Row[]): T[] =>
    found.map(of);
const row =
  <Row, T>(of: (row: Row) => T) =>
  (found: Row | null): T | undefined =>
    found === null ? undefined : of(found);
const asIs = <T>(value: T): T => value;
const some = (found: readonly unknown[]) => found.length > 0;
const orAbsent = <T>(value: T | null): T | undefined => value ?? undefined;

interface DeadColumns {
  id: string;
  what: 'message' | 'outbound';
  platform: string;
  account: string;
  chat: string;
  thread: string | null;
  lane: string;
  text: string;
  reason: string | null;
  at: number;
}

const letterOf = ({ platform, account, chat, thread, reason, ...rest }: DeadColumns) => ({
  ...rest,
  address: { platform, account, chat, ...(thread === null ? {} : { thread }) },
  reason: reason ?? 'unknown',
});

export const CALLS: { readonly [K in PlainCall]: Translation<K> } = {
  settle: {
    fenced: true,
    args: (id, outcome, { outbound, detail, ...options }) => [
      id,
      outcome,
      {
        ...options,
        outbound: outbound.map(outboundColumns),
        detail: json(detail),
        error: detail == null ? undefined : typeof detail === 'string' ? detail : json(detail),
      },
    ],
    result: asIs<boolean>,
  },
  message: { reads: true, args: (id) => [id], result: row(messageOf) },
  trace: {
    reads: true,
    args: (id) => [id],
    result: (found: { name: never; at: number; detail: string | null }[], message) =>
      found.map(({ name, at, detail }) => ({ message, name, at, ...withDetail(detail) })),
  },
  replyOf: { reads: true, args: (id) => [id], result: row(replyOf) },
  queued: { reads: true, args: (filter) => [filter], result: rows(messageOf) },
  counts: { reads: true, args: () => [], result: countsOf },
  step: {
    fenced: true,
    args: (ref, step) => [ref, step],
    result: asIs<boolean>,
    lane: (r) => r.lane,
  },
  saveAgentState: {
    fenced: true,
    args: (ref, state, machine) => [ref, json(state), machine],
    result: asIs<boolean>,
    lane: (r) => r.lane,
  },
  running: { reads: true, args: () => [], result: rows(runningRowOf) },
  prepare: { fenced: true, args: (list, now) => [list.map(outboundColumns), now] },
  claimOutbox: { fenced: true, news: some, args: (options) => [options], result: rows(outboundOf) },
  settleOutbox: { args: (results, now) => results.map((row) => ({ ...row, now })) },
  placeholder: { args: (id, platformId) => [id, platformId] },
  expireOutbox: { news: () => false, args: (now) => [now], result: asIs<number> },
  owes: { reads: true, args: (lane) => [lane], result: asIs<boolean> },
  outbox: { reads: true, args: (filter) => [filter], result: rows(outboundOf) },
  sessions: {
    reads: true,
    args: ({ search, ...filter }) => [
      {
        ...filter,
        ...(search === undefined ? {} : { pattern: `%${search.replace(/[\\%_]/g, '\\$&')}%` }),
      },
    ],
    result: rows(sessionOf),
  },
  session: { reads: true, args: (id) => [id], result: row(sessionOf) },
  newSession: {
    args: (lane, now) => [lane, now],
    lane: (lane) => lane,
    result: (found: SessionColumns | null, lane) => {
      if (found === null)
        throw new RequestError(`There is no conversation ${lane}. Write a message first.`);
      return sessionOf(found);
    },
  },
  updateSession: { args: (id, patch) => [id, patch] },
  transcript: { reads: true, args: (id, page) => [id, page], result: rows(transcriptRowOf) },
  join: {
    args: ({ until, peer, ...row }) => [{ ...row, lease: until - row.startedAt, peer: json(peer) }],
  },
  renew: {
    // A draining holder is seen when its turn is looked at.
    news: () => false,
    args: (id, { now, until, draining }) => [id, { lease: until - now, draining }],
    result: asIs<boolean>,
  },
  leave: { args: (id) => [id] },
  instances: {
    reads: true,
    args: () => [],
    result: rows(({ started_at, ...row }: InstanceColumns) => ({ ...row, startedAt: started_at })),
  },
  peers: {
    reads: true,
    args: () => [],
    result: rows(({ peer, ...row }: { instance: string; machine: string; peer: string | null }) => {
      const known = unjson<Peer>(peer);
      return { ...row, ...(known === undefined ? {} : { peer: known }) };
    }),
  },
  adopt: {
    news: (found: { instances: unknown[]; turns: unknown[] }) =>
      found.instances.length + found.turns.length > 0,
    args: (dead, now) => [dead, now],
    result: (found: {
      instances: string[];
      turns: never[];
      ambiguous: OutboundColumns[];
      commands: MessageColumns[];
    }) => ({
      ...found,
      ambiguous: found.ambiguous.sort((a, b) => a.seq - b.seq).map(outboundOf),
      commands: found.commands.map(messageOf),
    }),
  },
  lease: {
    fenced: true,
    news: () => false,
    args: (name, holder) => [name, holder],
    result: asIs<boolean>,
  },
  release: { args: (name, holder) => [name, holder] },
  leaseHolder: { reads: true, args: (name) => [name], result: orAbsent<string> },
  cursor: { reads: true, args: (name) => [name], result: (value: string | null) => unjson(value) },
  setCursor: {
    fenced: true,
    args: (name, value) => [name, value === null ? null : json(value)],
  },
  order: {
    args: (order) => [order],
    result: ({ order, created }: { order: string; created: boolean }) => ({
      order: JSON.parse(order) as Order,
      created,
    }),
  },
  updateOrder: { args: (id, patch) => [id, patch], result: (body: string | null) => unjson(body) },
  orders: { reads: true, args: (filter) => [filter], result: asIs<Order[]> },
  direct: { args: ({ payload, ...rest }) => [{ ...rest, payload: json(payload) }] },
  takeDirectives: {
    news: () => false,
    args: (instance) => [instance],
    result: (
      found: { id: string; instance: string; turn: string; kind: never; payload: string | null }[],
    ) =>
      found.map(({ id, instance, turn, kind, payload }) => ({
        id,
        to: instance,
        turn,
        kind,
        ...(payload === null ? {} : { payload: JSON.parse(payload) }),
      })),
  },
  deadLetters: { reads: true, args: (limit) => [limit], result: rows(letterOf) },
  deadLetter: { reads: true, args: (id) => [id], result: row(letterOf) },
  retryDead: { args: (id, now) => [id, now], result: asIs<boolean> },
  dropDead: { args: (id, now) => [id, now], result: asIs<boolean> },
  forget: { news: () => false, args: (options) => [options], result: asIs<Forgotten> },
};

function withDetail(detail: string | null) {
  return detail === null ? {} : { detail: JSON.parse(detail) };
}

export function runningRowOf({ draining, ...turn }: RunningColumns) {
  return runningOf({ ...turn, draining: draining === true ? 1 : 0 });
}
