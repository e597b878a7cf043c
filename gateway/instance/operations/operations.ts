import { COMMANDS } from '../../core/commands.ts';
import type { Log } from '../../core/log.ts';
import type { Operations } from '../../core/operations.ts';
import type { Status } from '../../core/status.ts';
import { type PairingDeps, pairingOperations } from '../../intake/pairing.ts';
import type { Agents } from '../../turns/agents.ts';
import type { Directives } from '../../turns/directives.ts';
import { type DeadLetterDeps, deadLetterOperations } from './deadLetters.ts';
import { type MessageDeps, messageOperations } from './messages.ts';
import { type OrderDeps, orderOperations } from './orders.ts';
import { type SessionDeps, sessionOperations } from './sessions.ts';

export interface OperationsDeps
  extends DeadLetterDeps,
    MessageDeps,
    OrderDeps,
    PairingDeps,
    SessionDeps {
  readonly journal: DeadLetterDeps['journal'] &
    MessageDeps['journal'] &
    OrderDeps['journal'] &
    SessionDeps['journal'];
  readonly agents: Agents;
  readonly directives: Directives;
  readonly log: Log;
  readonly status: () => Promise<Status>;
  readonly stop: (force: boolean) => void;
}

/** The one implementation of what people can ask of a running gateway. */
export function createOperations(deps: OperationsDeps): Operations {
  const { agents, directives, log, status, stop } = deps;
  return {
    status,
    stop: async ({ by, force }) => {
      log.info({ by, force }, 'stop asked for');
      stop(force);
    },
    stopTurn: (turn, by) => directives.stop(turn, by),
    answer: (turn, question, option) => directives.answer(turn, question, option),
    ...orderOperations(deps),
    ...sessionOperations(deps),
    ...messageOperations(deps),
    ...deadLetterOperations(deps),
    ...pairingOperations(deps),
    commands: () =>
      COMMANDS.filter((c) => (c.scope as string) !== 'terminal').map(
        ({ name, aliases, help, category, ...rest }) => ({
          name,
          aliases,
          help,
          category,
          ...('args' in rest ? { args: rest.args } : {}),
        }),
      ),
    agents: () => agents.list(),
  };
}
