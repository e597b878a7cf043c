import type { CommandView } from '../../core/operations.ts';

/** The registry as Telegram's menu takes it: at most 100 commands of lower-case letters, digits, `_`. */
export function menuOf(
  commands: readonly CommandView[],
): { command: string; description: string }[] {
  return commands
    .map(({ name, help }) => ({
      command: name.replace(/^\//, '').toLowerCase().replaceAll('-', '_'),
      description: help.slice(0, 256) || name,
    }))
    .filter(({ command }) => /^[a-z0-9_]{1,32}$/.test(command))
    .slice(0, 100);
}
