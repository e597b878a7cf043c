import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Outcome } from '../core/message.ts';
import type { Usage } from '../core/turn.ts';

const DURATIONS = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 15, 30, 60, 300, 1800];

/**
 * What a monitor can read, by Prometheus' naming. Import this file lazily: it is needed only where
 * metrics are asked for.
 */
export interface Metrics {
  accepted(platform: string): void;
  settled(platform: string, outcome: Outcome): void;
  /** From acceptance to the start of its turn, milliseconds. */
  waited(ms: number): void;
  turnEnded(agent: string, end: string, ms: number): void;
  /** What a turn used, where its agent told it. */
  used(agent: string, usage: Usage): void;
  /** From the commit of a reply to the platform's answer, milliseconds. */
  delivered(platform: string, result: 'sent' | 'failed' | 'ambiguous', ms: number): void;
  state(state: { queued: number; activeTurns: number; draining: boolean }): void;
  readonly contentType: string;
  /** The text a scrape is answered with. */
  text(): Promise<string>;
}

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const accepted = new Counter({
    name: 'sluice_messages_accepted_total',
    help: 'Messages committed to the journal.',
    labelNames: ['platform'],
    registers,
  });
  const outcomes = new Counter({
    name: 'sluice_message_outcomes_total',
    help: 'Messages that have their final outcome.',
    labelNames: ['platform', 'outcome'],
    registers,
  });
  const waiting = histogram('sluice_message_waiting_seconds', 'From acceptance to a turn.', []);
  const turns = histogram('sluice_turn_duration_seconds', 'Runs of agents.', ['agent', 'end']);
  const tokens = new Counter({
    name: 'sluice_agent_tokens_total',
    help: 'Tokens that agents report, by direction (input, output).',
    labelNames: ['agent', 'direction'],
    registers,
  });
  const cost = new Counter({
    name: 'sluice_agent_cost_usd_total',
    help: 'Cost that agents report, in US dollars.',
    labelNames: ['agent'],
    registers,
  });
  const deliveries = histogram(
    'sluice_delivery_duration_seconds',
    'From the commit of a reply to the answer of the platform.',
    ['platform', 'result'],
  );
  const queue = gauge('sluice_queue_messages', 'Messages that wait.');
  const active = gauge('sluice_active_turns', 'Turns that run.');
  const draining = gauge('sluice_draining', '1 while the instance drains.');

  function histogram(name: string, help: string, labelNames: string[]): Histogram {
    return new Histogram({ name, help, labelNames, buckets: DURATIONS, registers });
  }
  function gauge(name: string, help: string): Gauge {
    return new Gauge({ name, help, registers });
  }

  return {
    accepted: (platform) => accepted.inc({ platform }),
    settled: (platform, outcome) => outcomes.inc({ platform, outcome }),
    waited: (ms) => waiting.observe(ms / 1000),
    turnEnded: (agent, end, ms) => turns.observe({ agent, end }, ms / 1000),
    used: (agent, usage) => {
      const { inputTokens = 0, outputTokens = 0 } = usage;
      if (inputTokens > 0) tokens.inc({ agent, direction: 'input' }, inputTokens);
      if (outputTokens > 0) tokens.inc({ agent, direction: 'output' }, outputTokens);
      if ((usage.cost ?? 0) > 0) cost.inc({ agent }, usage.cost);
    },
    delivered: (platform, result, ms) => deliveries.observe({ platform, result }, ms / 1000),
    state: (state) => {
      queue.set(state.queued);
      active.set(state.activeTurns);
      draining.set(state.draining ? 1 : 0);
    },
    contentType: registry.contentType,
    text: () => registry.metrics(),
  };
}
