import type { Sender } from './message.ts';

/**
 * One slash command. Help, platform menus and routing derive from this registry; what a command does
 * is said in `intake/commands.ts`.
 */
export interface CommandSpec {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly args?: string;
  readonly help: string;
  readonly category: 'conversation' | 'operation' | 'information';
  readonly scope: 'gateway' | 'terminal' | 'both';
  readonly who: Sender['role'];
  /** at-once: takes effect beside a running turn. waits: takes its place in the lane's order. */
  readonly busy: 'at-once' | 'waits';
}

export const COMMANDS = [
  {
    name: 'help',
    aliases: ['start'],
    help: 'What you can say here.',
    category: 'information',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'status',
    aliases: [],
    help: 'What the gateway is doing.',
    category: 'information',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'whoami',
    aliases: [],
    help: 'How the gateway knows you.',
    category: 'information',
    scope: 'gateway',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'stop',
    aliases: ['cancel'],
    help: 'End the running answer.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'new',
    aliases: ['reset'],
    help: 'Start a fresh conversation.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'waits',
  },
  {
    name: 'retry',
    aliases: [],
    help: 'Ask the last question again.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'waits',
  },
  {
    name: 'queue',
    aliases: ['q'],
    args: '[TEXT]',
    help: 'Add TEXT behind the running answer, or show what waits.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'background',
    aliases: ['bg'],
    args: 'TEXT',
    help: 'Work on TEXT beside this conversation.',
    category: 'conversation',
    scope: 'gateway',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'agent',
    aliases: [],
    args: '[NAME]',
    help: 'Choose the agent of this conversation.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'model',
    aliases: [],
    args: '[NAME]',
    help: 'Choose the model of this conversation.',
    category: 'conversation',
    scope: 'both',
    who: 'guest',
    busy: 'at-once',
  },
  {
    name: 'restart',
    aliases: [],
    args: '[idle|force]',
    help: 'Restart the gateway; nothing is lost. idle: once nothing runs. force: cut what runs.',
    category: 'operation',
    scope: 'both',
    who: 'owner',
    busy: 'at-once',
  },
  {
    name: 'drain',
    aliases: [],
    args: '[cancel]',
    help: 'Start no new answers until cancelled.',
    category: 'operation',
    scope: 'both',
    who: 'owner',
    busy: 'at-once',
  },
  {
    name: 'pair',
    aliases: [],
    args: '[CODE]',
    help: 'Let in whoever was told CODE, or show who waits to be let in.',
    category: 'operation',
    scope: 'both',
    who: 'owner',
    busy: 'at-once',
  },
] as const satisfies readonly CommandSpec[];

/** Commands of the terminal client itself; on other platforms they are words for the agent. */
export const TERMINAL_COMMANDS = [
  {
    name: 'quit',
    aliases: ['exit'],
    help: 'Leave; the gateway goes on.',
    category: 'information',
    scope: 'terminal',
    who: 'guest',
    busy: 'at-once',
  },
] as const satisfies readonly CommandSpec[];

export type CommandName = (typeof COMMANDS)[number]['name'];

const BY_WORD: ReadonlyMap<string, (typeof COMMANDS)[number]> = new Map(
  COMMANDS.flatMap((c) => [c.name, ...c.aliases].map((word) => [word, c] as const)),
);

/**
 * Reads `/name args` or `/name@account args`. Text that names no command of ours is no command: it
 * goes to the agent, which may have commands of its own.
 */
export function parseCommand(
  text: string,
): { readonly command: (typeof COMMANDS)[number]; readonly args: string } | undefined {
  const match = /^\/([a-z]+)(?:@[\w.-]+)?(?:\s+([\s\S]*))?$/i.exec(text.trim());
  if (match === null) return undefined;
  const command = BY_WORD.get((match[1] as string).toLowerCase());
  return command === undefined ? undefined : { command, args: (match[2] ?? '').trim() };
}

/** The text of `/help`, for one role, by category. */
export function helpText(role: Sender['role']): string {
  const lines: string[] = [];
  for (const category of ['conversation', 'information', 'operation'] as const) {
    for (const c of COMMANDS as readonly CommandSpec[]) {
      if (c.category !== category || (c.who === 'owner' && role !== 'owner')) continue;
      lines.push(`/${c.name}${c.args === undefined ? '' : ` ${c.args}`} — ${c.help}`);
    }
  }
  return lines.join('\n');
}
