import type { Config } from '../config/schema.ts';
import { SECOND } from '../core/clock.ts';
import { DEFAULTS, type Settings } from '../core/settings.ts';

/** The settings of an instance, in milliseconds, from a loaded configuration (in seconds). */
export function settingsOf({ agent, display, journal, queue, outbox, sessions }: Config): Settings {
  const ms = (seconds: number) => Math.round(seconds * SECOND);
  return {
    ...DEFAULTS,
    defaultAgent: agent.default,
    restartDrainTimeout: ms(agent.restart_drain_timeout),
    handoverTimeout: ms(agent.handover_timeout),
    onCrash: agent.on_crash,
    maxAttempts: agent.max_attempts,
    turnTimeout: ms(agent.turn_timeout),
    softTimeout: ms(agent.soft_timeout),
    progressTimeout: ms(agent.progress_timeout),
    interruptGrace: ms(agent.interrupt_grace),
    maxOutput: agent.max_output,
    loopLimit: agent.loop_limit,
    questionTimeout: ms(agent.question_timeout),
    notices: {
      queuedBehindDrain: display.notices.queued_behind_drain,
      queuedBehindRestart: display.notices.queued_behind_restart,
      queuedBehindPause: display.notices.queued_behind_pause,
      cannotSteer: display.notices.cannot_steer,
      agentMoved: display.notices.agent_moved,
      stillWorking: display.notices.still_working,
    },
    busyMode: display.busy_input_mode,
    queueLimit: queue.limit,
    burstWindow: ms(queue.burst_window),
    outboxTtl: ms(outbox.ttl),
    ambiguous: outbox.ambiguous,
    groups: sessions.groups,
    historyLimit: sessions.history_limit,
    instanceLease: ms(journal.lease),
  };
}
