import type { Log } from '../core/log.ts';
import type { Settings } from '../core/settings.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import type { Gateway } from './gateway.ts';
import type { Above } from './orders/restartOrders.ts';

export interface Supervised {
  readonly above: Above;
  /** The supervisor says that this generation serves now, or that it must leave without having served. */
  readonly activated: Promise<{ go: boolean }>;
  /** Other instances of this home that live, as last told. */
  alive(): readonly string[];
}

/**
 * Follows the supervisor's orders (gateway/supervisor/protocol.ts) for one gateway instance, and takes
 * its restart orders there.
 */
export function followSupervisor(
  link: SupervisorLink,
  gateway: () => Gateway | undefined,
  { log, settings }: { log: Log; settings: Settings },
): Supervised {
  let alive = link.become.alive;
  const activation = Promise.withResolvers<{ go: boolean }>();
  let active = false;
  const failed = (what: string) => (error: unknown) => log.warn({ err: error }, what);

  link.on('activate', () => {
    active = true;
    activation.resolve({ go: true });
  });
  link.on('alive', ({ instances, unexpected }) => {
    alive = instances;
    if (unexpected)
      gateway()?.adopt(instances).catch(failed('could not take up what a dead instance left'));
  });
  link.on('drain', ({ force, deadline }) => {
    const timeout = Math.max(0, Math.min(settings.handoverTimeout, deadline - Date.now()));
    void gateway()?.leave({ ending: { why: 'handed-over' }, timeout, force });
  });
  link.on('stop', ({ why, force }) => {
    if (!active) return activation.resolve({ go: false });
    const ending =
      why === 'restart' ? ({ why: 'restart' } as const) : ({ why: 'stopped' } as const);
    void gateway()?.leave({ ending, timeout: settings.restartDrainTimeout, force });
  });
  link.on('handover-started', ({ order, by }) => {
    if (by === 'signal')
      gateway()?.restarts.noted(order, by).catch(failed('could not record a restart order'));
  });
  link.on('handover-result', ({ order, state, reason, successor, joined }) => {
    // The successor closes an order that succeeded (it also tells the chat). A joined request has no
    // record of its own: the journal keeps one open restart at a time.
    if (joined !== undefined || state === 'done') return;
    gateway()
      ?.restarts.close(order, state, reason, successor)
      .catch(failed('could not close a restart order'));
  });
  link.onOrphaned(() => {
    // Nobody will start a successor while this process lives: leave at once, the journal has everything.
    log.error({}, 'the supervisor is gone; ending, what is open is taken up at the next start');
    process.exit(1);
  });

  return {
    above: {
      requestRestart: ({ id, mode, force }) =>
        void link.send({ type: 'restart-requested', order: id, mode: mode ?? 'handover', force }),
      cancelRestart: ({ id }) => void link.send({ type: 'cancel-restart', order: id }),
    },
    activated: activation.promise,
    alive: () => alive,
  };
}
