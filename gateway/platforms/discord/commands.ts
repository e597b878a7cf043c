import {
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type RESTPutAPIApplicationCommandsJSONBody,
} from 'discord-api-types/v10';
import type { CommandView } from '../../core/operations.ts';

/** The registry as Discord's slash commands: what follows a command is one optional text. */
export function menuOf(commands: readonly CommandView[]): RESTPutAPIApplicationCommandsJSONBody {
  return commands
    .map(({ name, help, args }) => ({
      type: ApplicationCommandType.ChatInput as const,
      name: name.replace(/^\//, '').toLowerCase(),
      description: help.slice(0, 100) || name,
      ...(args === undefined
        ? {}
        : {
            options: [
              {
                type: ApplicationCommandOptionType.String as const,
                name: 'args',
                description: args.slice(0, 100) || 'What follows the command',
                required: false,
              },
            ],
          }),
    }))
    .filter(({ name }) => /^[a-z0-9_-]{1,32}$/.test(name))
    .slice(0, 100);
}
