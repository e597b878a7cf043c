import type { Operations } from '../../../core/operations.ts';
import { Problem } from '../http/problem.ts';

type Agents = ReturnType<Operations['agents']>;

/** The name that always means: whatever answers here. */
const ANY = 'sluice';

/** `GET /v1/models`: every agent, and `agent/model` where an agent has a choice. */
export function modelList(agents: Agents, created: number): object {
  return { object: 'list', data: idsOf(agents).map((id) => modelObject(id, created)) };
}

/**
 * `GET /v1/models/ID`: one of the list.
 * @throws Problem 404, `model_not_found`, for a name that is not in it.
 */
export function modelNamed(agents: Agents, id: string, created: number): object {
  if (idsOf(agents).includes(id)) return modelObject(id, created);
  throw unknownModel(agents, id);
}

function idsOf(agents: Agents): string[] {
  const ids = agents.flatMap((a) => [a.name, ...(a.models ?? []).map((m) => `${a.name}/${m}`)]);
  return [...ids, ANY];
}

function modelObject(id: string, created: number): object {
  return { id, object: 'model', created, owned_by: 'sluice' };
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
  throw unknownModel(agents, model);
}

function unknownModel(agents: Agents, model: string): Problem {
  const names = agents.map((a) => `"${a.name}"`).join(', ');
  return new Problem(
    404,
    'model_not_found',
    `There is no model "${model.slice(0, 100)}" here. There are ${names}, and "${ANY}" for the one that answers by default.`,
    { param: 'model' },
  );
}
