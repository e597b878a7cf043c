import type { Claim, Journal, NewMessage } from '../gateway/journal/journal.ts';

const EXPIRES = 8_640_000_000_000;

/** A message of some words, in a lane of a chat of that name. */
export function message(id: string, lane: string): NewMessage {
  return {
    id,
    lane,
    kind: 'message',
    address: { platform: 'web', account: 'main', chat: lane },
    updateId: id,
    sender: { id: 'ada', role: 'owner' },
    direct: true,
    text: 'a question',
    attachments: [],
    receivedAt: Date.now(),
  };
}

/** A turn in two durable steps: committed and started; ended, with its transcript and its reply on its way. */
export async function turn(
  journal: Journal,
  { id, lane, holder }: { id: string; lane: string; holder: string },
): Promise<void> {
  const claim: Claim = { holder, now: Date.now(), burstWindowMs: 0 };
  const asked = message(id, lane);
  const receipt = await journal.accept(asked, { now: Date.now(), queueLimit: 50, claim });
  if (receipt.status !== 'accepted' || receipt.turn === undefined) throw new Error('no turn');
  const row = { address: asked.address, lane, kind: 'reply', text: 'a reply' } as const;
  const end = await journal.endTurn(receipt.turn, {
    end: 'answered',
    outcome: 'answered',
    now: Date.now(),
    outbound: [{ ...row, chunk: 0, chunks: 1, id: `r-${id}`, message: id, expiresAt: EXPIRES }],
    transcript: [
      { role: 'user', text: 'a question' },
      { role: 'assistant', text: 'a reply' },
    ],
    claim,
    sender: holder,
  });
  if (!end.accepted) throw new Error('refused');
}

/** Writes that the reply of a turn was sent. */
export function settle(journal: Journal, id: string): Promise<void> {
  return journal.settleOutbox([{ id: `r-${id}`, state: 'sent' }], Date.now());
}
