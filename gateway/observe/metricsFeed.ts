import type { Clock } from '../core/clock.ts';
import { laneAddress } from '../core/lane.ts';
import type { ProgressListener } from '../core/progress.ts';
import type { Status } from '../core/status.ts';
import type { Metrics } from './metrics.ts';

/** What is remembered between two events of a message, at most so many at a time. */
const OPEN = 10_000;

/**
 * Turns progress into metrics. Returns the listener; give it to the bus once metrics were first asked
 * for: until then nobody pays for them, and counters start with the first scrape as they would at a
 * process's start.
 */
export function metricsFeed(metrics: Metrics, clock: Clock): ProgressListener {
  const accepted = new Map<string, number>();
  const started = new Map<string, { agent: string; at: number }>();
  const remember = <T>(map: Map<string, T>, key: string, value: T) => {
    if (map.size >= OPEN) map.delete(map.keys().next().value as string);
    map.set(key, value);
  };
  return (p) => {
    switch (p.type) {
      case 'accepted':
        metrics.accepted(platformOf(p.lane));
        remember(accepted, p.message, clock.monotonic());
        break;
      case 'started': {
        remember(started, p.turn, { agent: p.agent ?? 'command', at: clock.monotonic() });
        for (const message of p.messages) {
          const at = accepted.get(message);
          if (at !== undefined) metrics.waited(clock.monotonic() - at);
        }
        break;
      }
      case 'ended': {
        const run = started.get(p.turn);
        started.delete(p.turn);
        if (run === undefined) break;
        metrics.turnEnded(run.agent, p.end, clock.monotonic() - run.at);
        if (p.usage !== undefined) metrics.used(run.agent, p.usage);
        break;
      }
      case 'settled':
        accepted.delete(p.message);
        metrics.settled(platformOf(p.lane), p.outcome);
        break;
    }
  };
}

/** What a scrape is answered with, the gauges taken from a status of this moment. */
export async function metricsText(
  metrics: Metrics,
  status: Status,
): Promise<{ type: string; body: string }> {
  const { queued, activeTurns, state } = status;
  metrics.state({ queued, activeTurns, draining: state === 'draining' });
  return { type: metrics.contentType, body: await metrics.text() };
}

function platformOf(lane: string): string {
  return laneAddress(lane)?.platform ?? 'unknown';
}
