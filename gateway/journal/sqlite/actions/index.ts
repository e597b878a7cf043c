import type { Journal } from '../../journal.ts';
import type { Connection } from '../connection.ts';
import type { Op } from '../ops.ts';
import { accept } from './accept.ts';
import { claim, claimAny } from './claim.ts';
import { cursor, setCursor } from './cursors.ts';
import { deadLetter, deadLetters, dropDead, retryDead } from './deadLetters.ts';
import { direct, takeDirectives } from './directives.ts';
import { endTurn } from './endTurn.ts';
import { trace } from './events.ts';
import { forget } from './forget.ts';
import { adopt, instances, join, leave, peers, renew } from './instances.ts';
import { lease, leaseHolder, release } from './leases.ts';
import { counts, message, queued, replyOf, settle } from './messages.ts';
import { order, orders, updateOrder } from './orders.ts';
import { claimOutbox, expireOutbox, outbox, owes, placeholder, prepare } from './outbox.ts';
import { newSession, session, sessions, transcript, updateSession } from './sessions.ts';
import { settleOutbox } from './settleOutbox.ts';
import { running, saveAgentState, step } from './turns.ts';

export type Actions = {
  readonly [K in Op]: (
    c: Connection,
    ...args: Parameters<Journal[K]>
  ) => Awaited<ReturnType<Journal[K]>>;
};

/** What each call does, inside a transaction that its caller has begun. */
export const ACTIONS: Actions = {
  accept,
  settle,
  message,
  trace,
  replyOf,
  queued,
  counts,
  claim,
  claimAny,
  step,
  saveAgentState,
  endTurn,
  running,
  prepare,
  claimOutbox,
  settleOutbox,
  placeholder,
  expireOutbox,
  owes,
  outbox,
  sessions,
  session,
  newSession,
  updateSession,
  transcript,
  join,
  renew,
  leave,
  instances,
  peers,
  adopt,
  lease,
  release,
  leaseHolder,
  cursor,
  setCursor,
  order,
  updateOrder,
  orders,
  direct,
  takeDirectives,
  deadLetters,
  deadLetter,
  retryDead,
  dropDead,
  forget,
};
