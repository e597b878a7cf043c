import type { Operations } from '../../../core/operations.ts';
import { Problem } from '../http/problem.ts';

type Agents = ReturnType<Operations['agents']>;

/** The name that always means: whatever answers here. */
const ANY = 'sluice';

/** `GET /v1/models`: every agent, and `agent/model` where an agent has a choice. */
export function modelList(agents: Agents, created: number): object {
  const ids = agents.flatMap((a) => [a.name, ...(a.models ?? []).map((m) => `${a.name}/${m}`)]);
  return {
    object: 'list',
    data: [...ids, ANY].map((id) => ({ id, object: 'model', created, owned_by: 'sluice' })),
  };
}

/**
 * The agent or model that one request asks for; undefined where it leaves the choice to the gateway.
 * @throws Problem 404 for a name that no agent has.
 */
export function chosenModel(agents: Agents, model: string | undefined): string | undefined {
  if (model === undefined || model === '' || model === ANY || model === 'default') return undefined;
  const agent = model.split('/', 1)[0];
  const known = agents.some((a) => a.name === agent || a.models?.includes(model));
  if (known) return model;
  const names = agents.map((a) => `"${a.name}"`).join(', ');
  throw new Problem(
    404,
    'model_not_found',
    `There is no model "${model.slice(0, 100)}" here. There are ${names}, and "${ANY}" for the one that answers by default.`,
    { param: 'model' },
  );
}
