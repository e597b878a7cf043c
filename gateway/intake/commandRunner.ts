import type { Gate } from '../core/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { StoredMessage } from '../core/message.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Couriers } from '../delivery/couriers.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Replies } from '../delivery/replies.ts';
import type { Journal } from '../journal/journal.ts';
import type { Commands } from './commands.ts';

export interface CommandRunnerDeps {
  readonly journal: Pick<Journal, 'settle'>;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly log: Log;
  readonly bus: ProgressBus;
  readonly replies: Replies;
  readonly couriers: Pick<Couriers, 'of'>;
  readonly commands: Commands;
}

/** Carries out commands that take effect at once, beside whatever runs on their lane. */
export class CommandRunner {
  readonly #deps: CommandRunnerDeps;

  constructor(deps: CommandRunnerDeps) {
    this.#deps = deps;
  }

  /** Carries a command out and gives it its outcome. Never rejects. */
  async run(message: StoredMessage): Promise<void> {
    const { gate, journal, clock, replies, couriers, bus, log, commands } = this.#deps;
    const token = gate.admit('command', message.id);
    if (isRefusal(token)) return; // Stays open in the journal; the next instance takes it up.
    try {
      const { reply } = await commands.execute(message).catch((error: Error) => ({
        reply: error.message,
      }));
      await journal.settle(message.id, 'answered', {
        now: clock.now(),
        outbound: replies.to(message, reply),
        evenRunning: true,
      });
      bus.emit({
        type: 'settled',
        lane: message.lane,
        message: message.id,
        outcome: 'answered',
        text: reply,
      });
      couriers.of(message.address)?.kick();
    } catch (error) {
      log.error(
        { err: error, message: message.id },
        'a command could not be settled; it stays open in the journal',
      );
    } finally {
      token.release();
    }
  }

  /** Takes up commands that a dead instance had begun, or closes those whose end the death was. */
  async takeUp(commands: readonly StoredMessage[]): Promise<void> {
    const { journal, clock } = this.#deps;
    for (const command of commands) {
      if (this.#deps.commands.repeatable(command)) void this.run(command);
      else {
        const answered = { now: clock.now(), outbound: [], evenRunning: true };
        await journal.settle(command.id, 'answered', answered);
      }
    }
  }
}
