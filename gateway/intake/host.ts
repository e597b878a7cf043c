import type { Log } from '../core/log.ts';
import type { Operations } from '../core/operations.ts';
import type { Outcomes } from '../delivery/outcomes.ts';
import type { Placeholders } from '../delivery/placeholders.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Journal } from '../journal/journal.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import type { Reception } from './reception.ts';

export interface HostDeps {
  readonly journal: Pick<Journal, 'cursor' | 'setCursor' | 'owes'>;
  readonly bus: ProgressBus;
  readonly reception: Reception;
  readonly placeholders: Placeholders;
  readonly outcomes: Outcomes;
  readonly operations: Operations;
  readonly log: Log;
  /** What an account says of itself has changed. */
  readonly changed: () => void;
}

/** The gateway as one adapter sees it. */
export function createHost({ platform, account }: Platform, deps: HostDeps): Host {
  const { journal, bus, reception, placeholders, outcomes, operations, log, changed } = deps;
  const name = `receive:${platform}:${account}`;
  return {
    receive: (message, options) =>
      reception.receive(
        message,
        options?.cursor === undefined ? undefined : { name, value: options.cursor },
      ),
    settled: (message, signal) => outcomes.of(message, signal),
    cursor: () => journal.cursor(name),
    setCursor: (value) => journal.setCursor(name, value),
    placeholder: (turn, platformId) => placeholders.keep(turn, platformId),
    owes: (lane) => journal.owes(lane),
    subscribe: (listener) => bus.subscribe(listener),
    changed,
    operations,
    log,
  };
}
