import { describe, expect, it } from 'vitest';
import { createMetrics } from '../../gateway/observe/metrics.ts';

describe('metrics', () => {
  it('count what comes in and what comes of it, so that both can be compared', async () => {
    const metrics = createMetrics();
    metrics.accepted('web');
    metrics.accepted('web');
    metrics.settled('web', 'answered');
    metrics.settled('web', 'dead');
    const text = await metrics.text();
    expect(text).toContain('sluice_messages_accepted_total{platform="web"} 2');
    expect(text).toContain('sluice_message_outcomes_total{platform="web",outcome="answered"} 1');
    expect(text).toContain('sluice_message_outcomes_total{platform="web",outcome="dead"} 1');
  });

  it('give durations in seconds, and the state as it is', async () => {
    const metrics = createMetrics();
    metrics.waited(20);
    metrics.turnEnded('demo', 'answered', 2_500);
    metrics.delivered('web', 'sent', 30);
    metrics.state({ queued: 3, activeTurns: 2, draining: true });
    const text = await metrics.text();
    expect(text).toContain('sluice_message_waiting_seconds_sum 0.02');
    expect(text).toContain('sluice_turn_duration_seconds_sum{agent="demo",end="answered"} 2.5');
    expect(text).toContain(
      'sluice_delivery_duration_seconds_count{platform="web",result="sent"} 1',
    );
    expect(text).toContain('sluice_queue_messages 3');
    expect(text).toContain('sluice_active_turns 2');
    expect(text).toContain('sluice_draining 1');
    metrics.state({ queued: 0, activeTurns: 0, draining: false });
    expect(await metrics.text()).toContain('sluice_draining 0');
  });

  it('add up what agents report of tokens and cost', async () => {
    const metrics = createMetrics();
    metrics.used('model', { inputTokens: 10, outputTokens: 3, cost: 0.5 });
    metrics.used('model', { inputTokens: 5 });
    const text = await metrics.text();
    expect(text).toContain('sluice_agent_tokens_total{agent="model",direction="input"} 15');
    expect(text).toContain('sluice_agent_tokens_total{agent="model",direction="output"} 3');
    expect(text).toContain('sluice_agent_cost_usd_total{agent="model"} 0.5');
  });

  it('of two instances in one process do not meet', async () => {
    const [one, other] = [createMetrics(), createMetrics()];
    one.accepted('web');
    expect(await other.text()).not.toContain('sluice_messages_accepted_total{platform="web"}');
    expect(one.contentType).toContain('text/plain');
  });

  it('follow the naming of Prometheus', async () => {
    const names = [...(await createMetrics().text()).matchAll(/^# TYPE (\S+) (\S+)$/gm)];
    expect(names.length).toBeGreaterThan(6);
    for (const [, name, type] of names) {
      expect(name).toMatch(/^sluice_[a-z_]+$/);
      if (type === 'counter') expect(name).toMatch(/_total$/);
      if (type === 'histogram') expect(name).toMatch(/_seconds$/);
    }
  });
});
