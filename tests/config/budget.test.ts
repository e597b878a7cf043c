import { describe, expect, it } from 'vitest';
import { assertBudget, budgetOf } from '../../gateway/config/budget.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import { ConfigError } from '../../gateway/core/exit.ts';

const of = (drain: number, grace = 5) =>
  budgetOf(ConfigSchema.parse({ agent: { restart_drain_timeout: drain, interrupt_grace: grace } }));

describe('the time budget', () => {
  it('R10 keeps phases below the watchdog and the watchdog below the manager, whatever is configured', () => {
    for (const drain of [0, 0.5, 60, 3600, 1e6]) {
      for (const grace of [0, 5, 600]) {
        const b = of(drain, grace);
        expect(b.drain).toBe(drain);
        expect(b.interrupt).toBe(grace);
        expect(b.drain + b.interrupt + b.settle + b.close).toBe(b.stop);
        expect(b.stop).toBeLessThan(b.watchdog);
        expect(b.watchdog).toBeLessThan(b.manager);
      }
    }
  });

  it('R10 refuses a service manager that would cut the drain off, and says what to change', () => {
    const budget = of(60);
    expect(() => assertBudget(budget, budget.manager)).not.toThrow();
    expect(() => assertBudget(budget, Number.POSITIVE_INFINITY)).not.toThrow();
    expect(() => assertBudget(budget, 90)).toThrow(ConfigError);
    expect(() => assertBudget(budget, 90)).toThrow(
      /after 90 s, but a stop may take 100 s .*TimeoutStopSec/,
    );
  });
});
