import { OUTCOMES, type Outcome, type TranscriptEntry } from '../../core/message.ts';
import type { Outbound } from '../../core/outbox.ts';
import type { TranscriptRow } from '../journal.ts';

/** What was said of a message, of the rows that were sent for it. */
export function replyOf({
  outcome,
  sent,
}: {
  outcome: Outcome;
  sent: Pick<Outbound, 'kind' | 'turn' | 'text'>[];
}) {
  const answers = sent.filter((s) => s.kind !== 'notice');
  const last = answers.at(-1);
  const reply = answers.filter((s) => s.turn === last?.turn);
  const said = reply.length > 0 ? reply : sent;
  return { outcome, text: said.map((s) => s.text).join('') };
}

/** Every outcome and state with its number, those without any, too. */
export function countsOf(found: {
  accepted: number;
  outcomes: Record<string, number>;
  outbox: Record<string, number>;
}) {
  const outcomes = {} as Record<Outcome, number>;
  for (const outcome of OUTCOMES) outcomes[outcome] = found.outcomes[outcome] ?? 0;
  const done = Object.values(outcomes).reduce((sum, n) => sum + n, 0);
  const states = ['prepared', 'sending', 'sent', 'failed', 'ambiguous', 'expired'] as const;
  const outbox = {} as Record<Outbound['state'], number>;
  for (const state of states) outbox[state] = found.outbox[state] ?? 0;
  return { accepted: found.accepted, open: found.accepted - done, outcomes, outbox };
}

/** A line of a transcript. */
export function transcriptRowOf({
  seq,
  at,
  role,
  text,
  attachments,
  message,
  turn,
}: {
  seq: number;
  at: number;
  role: TranscriptEntry['role'];
  text: string;
  attachments: string | null;
  message: string | null;
  turn: string | null;
}): TranscriptRow {
  return {
    seq,
    at,
    role,
    text,
    ...(attachments === null ? {} : { attachments: JSON.parse(attachments) }),
    ...(message === null ? {} : { message }),
    ...(turn === null ? {} : { turn }),
  };
}
