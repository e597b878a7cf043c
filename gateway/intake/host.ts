import type { Operations } from '../core/operations.ts';
import type { Outcomes } from '../delivery/outcomes.ts';
import type { Placeholders } from '../delivery/placeholders.ts';
import type { Shop } from '../instance/shop.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import type { Reception } from './reception.ts';

export interface HostDeps {
  readonly shop: Shop;
  readonly platform: Platform;
  readonly reception: Reception;
  readonly placeholders: Placeholders;
  readonly outcomes: Outcomes;
  readonly operations: Operations;
  readonly changed: () => void;
}

/** The gateway as one adapter sees it. */
export function createHost({
  shop,
  platform,
  reception,
  placeholders,
  outcomes,
  operations,
  changed,
}: HostDeps): Host {
  const name = `receive:${platform.platform}:${platform.account}`;
  return {
    receive: (message, options) =>
      reception.receive(
        message,
        options?.cursor === undefined ? undefined : { name, value: options.cursor },
      ),
    settled: (message, signal) => outcomes.of(message, signal),
    cursor: () => shop.journal.cursor(name),
    setCursor: (value) => shop.journal.setCursor(name, value),
    placeholder: (turn, platformId) => placeholders.keep(turn, platformId),
    owes: (lane) => shop.journal.owes(lane),
    subscribe: (listener) => shop.bus.subscribe(listener),
    changed,
    operations,
    log: shop.log,
  };
}
