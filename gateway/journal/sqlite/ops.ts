import type { Journal } from '../journal.ts';

/** The calls of a journal that are carried out by its worker. */
export type Op = Exclude<keyof Journal, 'onForeignCommit' | 'close'>;

/**
 * Each call, and whether it writes: a read needs no write lock. Apart from what the calls do (actions/), which
 * only the worker loads.
 */
const KINDS = {
  accept: 'write',
  settle: 'write',
  message: 'read',
  trace: 'read',
  replyOf: 'read',
  queued: 'read',
  counts: 'read',
  claim: 'write',
  claimAny: 'write',
  step: 'write',
  saveAgentState: 'write',
  endTurn: 'write',
  running: 'read',
  prepare: 'write',
  claimOutbox: 'write',
  settleOutbox: 'write',
  placeholder: 'write',
  expireOutbox: 'write',
  owes: 'read',
  outbox: 'read',
  sessions: 'read',
  session: 'read',
  newSession: 'write',
  updateSession: 'write',
  transcript: 'read',
  join: 'write',
  renew: 'write',
  leave: 'write',
  instances: 'read',
  peers: 'read',
  adopt: 'write',
  lease: 'write',
  release: 'write',
  leaseHolder: 'read',
  cursor: 'read',
  setCursor: 'write',
  order: 'write',
  updateOrder: 'write',
  orders: 'read',
  direct: 'write',
  takeDirectives: 'write',
  deadLetters: 'read',
  deadLetter: 'read',
  retryDead: 'write',
  dropDead: 'write',
  forget: 'write',
} as const satisfies Record<Op, 'read' | 'write'>;

export const OPS = Object.keys(KINDS) as readonly Op[];

export function writesNothing(op: Op): boolean {
  return KINDS[op] === 'read';
}
