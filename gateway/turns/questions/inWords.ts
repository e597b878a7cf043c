import { laneAddress } from '../../core/lane.ts';
import type { Operations } from '../../core/operations.ts';
import type { Progress } from '../../core/progress.ts';
import { meantOption, questionInWords } from '../../core/question.ts';
import { notify } from '../../delivery/notices.ts';
import type { Shop } from '../../instance/shop.ts';
import type { NewMessage } from '../../journal/journal.ts';
import type { ActiveTurn } from '../activeTurn.ts';
import { QuestionStore } from './questionStore.ts';

/** Writes a question into a chat whose platform has no buttons; it is answered with a number. */
export function askInWords(shop: Shop, progress: Progress): void {
  if (progress.type !== 'asked') return;
  const { lane, turn, question } = progress;
  const address = laneAddress(lane);
  const platform = address === undefined ? undefined : shop.accounts.of(address);
  if (address === undefined || platform === undefined || platform.asks === true) return;
  const key = `asked:${turn}:${question.id}`;
  notify(shop, key, { address, lane }, questionInWords(question)).catch((error) =>
    shop.log.warn({ err: error, turn }, 'a question could not be asked'),
  );
}

/**
 * Takes a message as the written answer (its number, its words) to the question that the running turn
 * of its lane waits with; `here` is that turn where this instance runs it. `false`: it is none.
 */
export async function answerInWords(
  shop: Shop,
  message: Pick<NewMessage, 'id' | 'lane' | 'text' | 'attachments'>,
  turn: string,
  here: ActiveTurn | undefined,
  answer: Operations['answer'],
): Promise<boolean> {
  const { journal, bus, clock } = shop;
  const { id, lane, text, attachments } = message;
  if (attachments.length > 0) return false;
  const question = here === undefined ? await new QuestionStore(journal).of(turn) : here.question;
  const option = question === undefined ? undefined : meantOption(question, text);
  if (question === undefined || option === undefined) return false;
  await answer(turn, question.id, option);
  const done = { now: clock.now(), outbound: [], detail: { answers: question.id, option } };
  if (await journal.settle(id, 'answered', done))
    bus.emit({ type: 'settled', lane, message: id, outcome: 'answered', text: '' });
  return true;
}
