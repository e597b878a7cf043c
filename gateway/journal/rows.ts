import type { Address, JsonValue, StoredMessage } from '../core/message.ts';
import type { Outbound } from '../core/outbox.ts';
import type { StepRecord, Usage } from '../core/turn.ts';
import type { NewMessage, RunningRow, SessionRow } from './journal.ts';
import { unjson } from './json.ts';

interface AddressColumns {
  platform: string;
  account: string;
  chat: string;
  thread: string | null;
}

export function addressOf(row: AddressColumns): Address {
  const { platform, account, chat, thread } = row;
  return { platform, account, chat, ...(thread !== null && { thread }) };
}

export interface MessageColumns extends AddressColumns {
  seq: number;
  id: string;
  update_id: string;
  lane: string;
  session: string;
  kind: StoredMessage['kind'];
  state: StoredMessage['state'];
  outcome: NonNullable<StoredMessage['outcome']> | null;
  turn: string | null;
  received_at: number;
  direct: number;
  sender: string;
  extra: string | null;
  text: string;
}

/** The parts of a message that no statement looks at; kept as one JSON column. */
export function extraOf(message: NewMessage): string | null {
  const { attachments, album, busy, stateless, model, context } = message;
  const extra = JSON.stringify({
    ...(attachments.length > 0 && { attachments }),
    album,
    busy,
    stateless,
    model,
    context,
  });
  return extra === '{}' ? null : extra;
}

export function messageOf(row: MessageColumns): StoredMessage {
  return {
    attachments: [],
    ...unjson<Partial<StoredMessage>>(row.extra),
    address: addressOf(row),
    updateId: row.update_id,
    sender: JSON.parse(row.sender) as StoredMessage['sender'],
    direct: row.direct === 1,
    text: row.text,
    id: row.id,
    seq: row.seq,
    lane: row.lane,
    session: row.session,
    kind: row.kind,
    receivedAt: row.received_at,
    state: row.state,
    ...(row.outcome !== null && { outcome: row.outcome }),
  };
}

export interface OutboundColumns extends AddressColumns {
  seq: number;
  id: string;
  lane: string;
  kind: Outbound['kind'];
  text: string;
  chunk: number;
  chunks: number;
  message: string | null;
  context: string | null;
  turn: string | null;
  state: Outbound['state'];
  attempts: number;
  ambiguous: number;
  platform_id: string | null;
  created_at: number;
  expires_at: number;
}

export function outboundOf(row: OutboundColumns): Outbound {
  const context = unjson<JsonValue>(row.context);
  return {
    id: row.id,
    address: addressOf(row),
    lane: row.lane,
    kind: row.kind,
    text: row.text,
    chunk: row.chunk,
    chunks: row.chunks,
    ...(row.message !== null && { message: row.message }),
    ...(context !== undefined && { context }),
    ...(row.turn !== null && { turn: row.turn }),
    state: row.state,
    attempts: row.attempts,
    ambiguous: row.ambiguous === 1,
    ...(row.platform_id !== null && { platformId: row.platform_id }),
    createdAt: row.created_at,
  };
}

export interface TurnColumns {
  id: string;
  lane: string;
  session: string;
  fence: number;
  holder: string;
  state: string;
  attempt: number;
  /** JSON: the seqs of its messages, in order. */
  messages: string;
  /** The id of its first message. */
  first: string;
  started_at: number;
}

export function runningOf(
  row: TurnColumns & { draining: number | null; generation: number | null; machine: string | null },
): RunningRow {
  return {
    turn: row.id,
    lane: row.lane,
    fence: row.fence,
    holder: row.holder,
    holderDraining: row.draining === 1,
    holderGeneration: row.generation ?? 0,
    holderMachine: row.machine ?? '',
    session: row.session,
    attempt: row.attempt,
    message: row.first,
    startedAt: row.started_at,
  };
}

export interface StepColumns {
  id: string;
  name: string;
  args_hash: string;
  state: StepRecord['state'];
  attempt: number;
  started_at: number;
  ended_at: number | null;
}

export function stepOf(row: StepColumns): StepRecord {
  return {
    id: row.id,
    name: row.name,
    argsHash: row.args_hash,
    state: row.state,
    attempt: row.attempt,
    startedAt: row.started_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
  };
}

export interface SessionColumns extends AddressColumns {
  id: string;
  lane: string;
  title: string | null;
  agent: string | null;
  model: string | null;
  agent_state: string | null;
  created_at: number;
  last_at: number;
  ended_at: number | null;
  messages: number;
  input_tokens: number | null;
  output_tokens: number | null;
  cost: number | null;
}

export function sessionOf(row: SessionColumns): SessionRow {
  const usage: Usage = {
    ...(row.input_tokens !== null && { inputTokens: row.input_tokens }),
    ...(row.output_tokens !== null && { outputTokens: row.output_tokens }),
    ...(row.cost !== null && { cost: row.cost }),
  };
  return {
    id: row.id,
    lane: row.lane,
    address: addressOf(row),
    ...(row.title !== null && { title: row.title }),
    ...(row.agent !== null && { agent: row.agent }),
    ...(row.model !== null && { model: row.model }),
    createdAt: row.created_at,
    lastAt: row.last_at,
    ...(row.ended_at !== null && { endedAt: row.ended_at }),
    messages: row.messages,
    usage,
  };
}
