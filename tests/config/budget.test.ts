import { describe, expect, it } from 'vitest';
import { budgetOf, shortfallOf } from '../../gateway/config/budget.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import { SECOND } from '../../gateway/core/clock.ts';
import { DEFAULTS } from '../../gateway/core/settings.ts';
import { TIMEOUT_DEFAULTS } from '../../gateway/supervisor/options.ts';

const of = (drain: number, grace = 5) =>
  budgetOf(ConfigSchema.parse({ agent: { restart_drain_timeout: drain, interrupt_grace: grace } }));

describe('the time budget', () => {
  it('R10 keeps phases below the parent’s limit and that below the manager, whatever is configured', () => {
    for (const drain of [0, 0.5, 60, 3600, 1e6]) {
      for (const grace of [0, 5, 600]) {
        const b = of(drain, grace);
        expect(b.drain).toBe(drain);
        expect(b.interrupt).toBe(grace);
        expect(b.drain + b.interrupt + b.settle + b.close).toBe(b.stop);
        expect(b.stop).toBeLessThan(b.parent);
        expect(b.parent).toBeLessThan(b.manager);
      }
    }
  });

  it('R10 lets a forced stop settle and close before the parent ends it', () => {
    const forced = of(0).parent * SECOND;
    expect(TIMEOUT_DEFAULTS.forceMs).toBe(forced);
    expect(DEFAULTS.stopStep * 2).toBe(of(60).settle * SECOND);
    expect(DEFAULTS.stopStep).toBe(of(60).close * SECOND);
  });

  it('R10 shortens the drain to what a service manager leaves room for, and says what to change', () => {
    const budget = of(60);
    const unit = 'TimeoutStopSec of sluice.service';
    expect(shortfallOf(budget, budget.manager, unit)).toBeUndefined();
    expect(shortfallOf(budget, Number.POSITIVE_INFINITY, unit)).toBeUndefined();
    const short = shortfallOf(budget, 90, unit);
    expect(short?.drain).toBe(50);
    expect(short?.message).toMatch(
      /after 90 s, but a stop may take 100 s .*raise TimeoutStopSec of sluice\.service.*given 50 s/,
    );
    expect(of(short?.drain ?? -1).manager).toBe(90);
    expect(shortfallOf(budget, 20, unit)).toMatchObject({
      drain: 0,
      message: expect.stringContaining('may be cut off'),
    });
  });
});
