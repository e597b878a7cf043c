import type { Fleet } from '../../journal/postgres/fleet.ts';
import { ago, duration, plural, table } from './format.ts';

/** A fleet in a few aligned lines, an instance in each. */
export function fleetLines(fleet: Fleet, now: number): string[] {
  const machines = new Set(fleet.instances.map(({ machine }) => machine)).size;
  const head = `${plural(machines, 'machine')} on ${fleet.journal}; ${plural(fleet.waiting, 'message')} waiting in ${plural(fleet.waitingLanes, 'lane')}`;
  if (machines === 0) return [head];
  const rows = fleet.instances.map((one) => [
    one.machine,
    one.state,
    plural(one.turns, 'turn'),
    one.accounts.join(', ') || 'no accounts',
    one.leaseLeft < 0
      ? `lease lapsed ${duration(-one.leaseLeft)} ago`
      : `lease ${duration(one.leaseLeft)} left`,
    `${one.instance} (generation ${one.generation}, version ${one.version}, started ${ago(one.startedAt, now)})`,
  ]);
  return [head, '', ...table(rows)];
}
