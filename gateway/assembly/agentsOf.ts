import { dirname } from 'node:path';
import { createAgent } from '../agents/create.ts';
import type { AgentDeps } from '../agents/deps.ts';
import type { Config } from '../config/schema.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import { Agents, type NamedAgent } from '../turns/agents.ts';

export interface AgentsDeps
  extends Pick<AgentDeps, 'home' | 'env' | 'clock' | 'log' | 'addSecret' | 'readFile' | 'pathOf'> {
  readonly link?: SupervisorLink;
  readonly configFile?: string;
}

/** Makes every configured agent. Their processes are told to the supervisor, which sweeps them. */
export async function createAgents(
  config: Config,
  { link, configFile, ...deps }: AgentsDeps,
): Promise<Agents> {
  const given: AgentDeps = {
    ...deps,
    env: { ...deps.env, ...link?.agentEnv },
    ...(configFile === undefined ? {} : { configDir: dirname(configFile) }),
    ...registrationOf(link),
  };
  const agents = new Map<string, NamedAgent>();
  for (const [name, options] of Object.entries(config.agents)) {
    agents.set(name, {
      agent: await createAgent(name, options as Parameters<typeof createAgent>[1], given),
      type: options.type,
    });
  }
  return new Agents(agents, config.agent.default, config.routes);
}

/** How the supervisor, where there is one, is told of a process group that it sweeps. */
export function registrationOf(link: SupervisorLink | undefined): Pick<AgentDeps, 'registerChild'> {
  if (link === undefined) return {};
  return {
    registerChild: ({ pid }) => {
      link.agentStarted(pid);
      return () => link.agentEnded(pid);
    },
  };
}
