import { laneAddress } from '../../core/lane.ts';
import type { Log } from '../../core/log.ts';
import type { Progress } from '../../core/progress.ts';
import { questionInWords } from '../../core/question.ts';
import type { Accounts } from '../../delivery/accounts.ts';
import type { Notices } from '../../delivery/notices.ts';

/** Writes a question into a chat whose platform has no buttons; it is answered with a number. */
export function askInWords(
  progress: Progress,
  { accounts, notices, log }: { accounts: Accounts; notices: Notices; log: Log },
): void {
  if (progress.type !== 'asked') return;
  const { lane, turn, question } = progress;
  const address = laneAddress(lane);
  const platform = address === undefined ? undefined : accounts.of(address);
  if (address === undefined || platform === undefined || platform.asks === true) return;
  notices
    .tell(`asked:${turn}:${question.id}`, { address, lane }, questionInWords(question))
    .catch((error) => log.warn({ err: error, turn }, 'a question could not be asked'));
}
