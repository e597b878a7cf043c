import type {
  PermissionOption,
  RequestPermissionRequest,
  RequestPermissionResponse,
} from '@agentclientprotocol/sdk';
import { aborted } from '../../core/wait.ts';
import type { TurnSink } from '../agent.ts';

export type Decision = 'allow' | 'deny';

/** What a person decided for good in a session, by what it was asked of. */
export interface Remembered {
  get(key: string): Decision | undefined;
  set(key: string, decision: Decision): Promise<void>;
}

export interface PermissionRules {
  readonly mode: 'ask' | 'allow' | 'deny';
  readonly remembered: Remembered;
}

/** What an agent asks is shown in chats, on buttons and in the journal. */
const QUESTION_LENGTH = 1_500;
const LABEL_LENGTH = 100;
const MOST_OPTIONS = 12;

const CANCELLED: RequestPermissionResponse = { outcome: { outcome: 'cancelled' } };

/**
 * Answers an agent's permission request: by the configuration, by what the person chose for the session
 * earlier, or by asking. Without an answer in time it is a no.
 *
 * "Always" is remembered for the very same request (kind and title) and not more widely: what an agent
 * means by it differs, and its own memory of it goes with its process.
 */
export async function decidePermission(
  request: RequestPermissionRequest,
  rules: PermissionRules,
  sink: TurnSink,
  signal: AbortSignal,
): Promise<RequestPermissionResponse> {
  const { options, toolCall } = request;
  const key = `${toolCall.kind ?? 'other'} ${toolCall.title ?? toolCall.toolCallId}`;
  const settled = rules.mode === 'ask' ? rules.remembered.get(key) : rules.mode;
  if (settled !== undefined) return choose(pick(options, settled));
  const chosen = await Promise.race([
    sink.ask({
      id: `${request.sessionId}/${toolCall.toolCallId}`,
      text: `May I: ${(toolCall.title ?? toolCall.kind ?? 'go on').slice(0, QUESTION_LENGTH)}?`,
      options: options
        .slice(0, MOST_OPTIONS)
        .map((o) => ({ id: o.optionId, label: o.name.slice(0, LABEL_LENGTH) })),
    }),
    aborted(signal),
  ]);
  if (signal.aborted) return CANCELLED;
  const option = options.find((o) => o.optionId === chosen);
  if (option === undefined) return choose(pick(options, 'deny'));
  if (option.kind === 'allow_always') await rules.remembered.set(key, 'allow');
  if (option.kind === 'reject_always') await rules.remembered.set(key, 'deny');
  return choose(option);
}

/** The narrowest option that says so: a rule of ours is applied each time and needs no "always". */
function pick(
  options: readonly PermissionOption[],
  decision: Decision,
): PermissionOption | undefined {
  const kinds =
    decision === 'allow' ? ['allow_once', 'allow_always'] : ['reject_once', 'reject_always'];
  return kinds.map((kind) => options.find((o) => o.kind === kind)).find((o) => o !== undefined);
}

function choose(option: PermissionOption | undefined): RequestPermissionResponse {
  if (option === undefined) return CANCELLED;
  return { outcome: { outcome: 'selected', optionId: option.optionId } };
}
