import { z } from 'zod';
import { AcpOptions } from '../agents/acp/options.ts';
import { ChatOptions } from '../agents/chat/options.ts';
import { DemoOptions } from '../agents/demo/options.ts';
import { ProcessOptions } from '../agents/process/options.ts';

/** One agent, by its `type`. Each adapter writes the keys of its own. */
export const AgentSchema = z.discriminatedUnion('type', [
  DemoOptions,
  ProcessOptions,
  ChatOptions,
  AcpOptions,
]);
