import { budgetOf } from '../../gateway/config/budget.ts';
import { ConfigSchema } from '../../gateway/config/schema.ts';
import type { ServiceDefinition } from '../../gateway/service/definition.ts';
import { serviceLimits } from '../../gateway/service/limits.ts';

export const BUDGET = budgetOf(ConfigSchema.parse({}));

/** A service with the default configuration. */
export function definition(changes: Partial<ServiceDefinition> = {}): ServiceDefinition {
  return {
    name: 'sluice',
    scope: 'user',
    program: ['/usr/bin/node', '/usr/lib/node_modules/sluice/bin/sluice.js'],
    home: '/home/ada/.local/state/sluice',
    path: '/usr/bin:/bin',
    limits: serviceLimits(BUDGET),
    ...changes,
  };
}
