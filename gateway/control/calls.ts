import { z } from 'zod';
import type { Operations } from '../core/operations.ts';

// The operations as they are called over the control socket: `POST /v1/call/NAME` with one JSON
// object, validated here. Unknown fields are refused, so that a typing mistake is not taken for a no.

const by = z.string().min(1).max(200);
const id = z.string().min(1).max(200);
const limit = z.int().min(1).max(10_000).exactOptional();
const nothing = z.strictObject({});

interface Call {
  readonly input: z.ZodType;
  readonly run: (operations: Operations, input: never) => unknown;
}

function call<T extends z.ZodType>(
  input: T,
  run: (operations: Operations, input: z.output<T>) => unknown,
): Call {
  return { input, run };
}

const address = z.strictObject({
  platform: z.string(),
  account: z.string(),
  chat: z.string(),
  thread: z.string().exactOptional(),
});

const restart = z.strictObject({
  by,
  force: z.boolean().exactOptional(),
  full: z.boolean().exactOptional(),
  whenIdle: z.boolean().exactOptional(),
  tell: z
    .strictObject({ address, lane: z.string(), turn: z.string().exactOptional() })
    .exactOptional(),
  within: z.strictObject({ turn: id.exactOptional(), session: id.exactOptional() }).exactOptional(),
});

export const CALLS = {
  status: call(nothing, (o) => o.status()),
  restart: call(restart, (o, request) => o.restart(request)),
  cancelRestart: call(nothing, (o) => o.cancelRestart()),
  drain: call(
    z.strictObject({
      by,
      deadlineMs: z
        .number()
        .positive()
        .max(2 ** 31)
        .exactOptional(),
    }),
    (o, request) => o.drain(request),
  ),
  cancelDrain: call(nothing, (o) => o.cancelDrain()),
  order: call(z.strictObject({ id }), (o, input) => o.order(input.id)),
  stop: call(z.strictObject({ by, force: z.boolean() }), (o, request) => o.stop(request)),

  sessions: call(
    z.strictObject({
      search: z.string().exactOptional(),
      lane: z.string().exactOptional(),
      limit,
    }),
    (o, filter) => o.sessions(filter),
  ),
  transcript: call(
    z.strictObject({
      session: id,
      before: z.int().exactOptional(),
      limit,
    }),
    (o, { session, ...page }) => o.transcript(session, page),
  ),
  newSession: call(z.strictObject({ lane: z.string().min(1) }), (o, i) => o.newSession(i.lane)),
  renameSession: call(z.strictObject({ session: id, title: z.string().max(200) }), (o, i) =>
    o.renameSession(i.session, i.title),
  ),

  queue: call(z.strictObject({ lane: z.string().exactOptional(), limit }), (o, filter) =>
    o.queue(filter),
  ),
  removeQueued: call(z.strictObject({ message: id, by }), (o, i) =>
    o.removeQueued(i.message, i.by),
  ),
  stopTurn: call(z.strictObject({ turn: id, by }), (o, i) => o.stopTurn(i.turn, i.by)),
  answer: call(z.strictObject({ turn: id, question: id, option: id }), (o, i) =>
    o.answer(i.turn, i.question, i.option),
  ),
  trace: call(z.strictObject({ message: id }), (o, i) => o.trace(i.message)),

  deadLetters: call(nothing, (o) => o.deadLetters()),
  deadLetter: call(z.strictObject({ id }), (o, i) => o.deadLetter(i.id)),
  retryDead: call(z.strictObject({ id }), (o, i) => o.retryDead(i.id)),
  dropDead: call(z.strictObject({ id }), (o, i) => o.dropDead(i.id)),

  pairings: call(nothing, (o) => o.pairings()),
  approvePairing: call(z.strictObject({ code: id }), (o, i) => o.approvePairing(i.code)),
  revokePairing: call(z.strictObject({ platform: id, account: id, id }), (o, who) =>
    o.revokePairing(who),
  ),

  commands: call(nothing, (o) => o.commands()),
  agents: call(nothing, (o) => o.agents()),
} satisfies Record<keyof Operations, Call>;

export type CallName = keyof typeof CALLS;

/** A message from the shell. `id` makes a repeated request the same message. */
export const SendInput = z.strictObject({
  id,
  text: z.string().max(1_048_576),
  session: id.exactOptional(),
});
