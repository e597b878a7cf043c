import type { Clock } from '../core/clock.ts';
import type { Status } from '../core/status.ts';
import type { Metrics } from '../observe/metrics.ts';
import { metricsFeed, metricsText } from '../observe/metricsFeed.ts';
import type { Host } from '../platforms/platform.ts';

/** What a scrape of `/metrics` is answered with. */
export interface Scrape {
  readonly type: string;
  readonly body: string;
}

/** Metrics are counted from the first scrape on: their library is not loaded where nobody asks. */
export function scrapeOf(
  gateway: { readonly subscribe: Host['subscribe']; status(): Promise<Status> },
  clock: Clock,
): () => Promise<Scrape> {
  let made: Promise<Metrics> | undefined;
  return async () => {
    made ??= import('../observe/metrics.ts').then(({ createMetrics }) => {
      const metrics = createMetrics();
      gateway.subscribe(metricsFeed(metrics, clock));
      return metrics;
    });
    return metricsText(await made, await gateway.status());
  };
}
