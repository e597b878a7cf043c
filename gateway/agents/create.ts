import { ConfigError } from '../core/exit.ts';
import type { AcpOptions } from './acp/options.ts';
import type { Agent } from './agent.ts';
import type { ChatOptions } from './chat/options.ts';
import type { DemoOptions } from './demo/options.ts';
import type { AgentDeps } from './deps.ts';
import type { ProcessOptions } from './process/options.ts';

/** The options of one agent, by its type. */
export type AnyAgentOptions = DemoOptions | ProcessOptions | ChatOptions | AcpOptions;

/**
 * Makes a configured agent. Only the module of its type is loaded, so that the demo agent starts
 * without the libraries of the others.
 * @throws ConfigError when it cannot work as configured.
 */
export async function createAgent(
  name: string,
  options: AnyAgentOptions,
  deps: AgentDeps,
): Promise<Agent> {
  switch (options.type) {
    case 'demo': {
      const { createDemoAgent } = await import('./demo/demoAgent.ts');
      return createDemoAgent({ clock: deps.clock, name });
    }
    case 'process': {
      const { createProcessAgent } = await import('./process/processAgent.ts');
      return createProcessAgent(options, { ...deps, name });
    }
    case 'chat': {
      const { createChatAgent } = await import('./chat/chatAgent.ts');
      return createChatAgent(options, { ...deps, name });
    }
    case 'acp': {
      const { createAcpAgent } = await import('./acp/acpAgent.ts');
      return createAcpAgent(options, { ...deps, name });
    }
    default:
      throw new ConfigError(`agents.${name}.type names no kind of agent`);
  }
}
