import { Command } from 'commander';
import { ExitCode } from '../core/exit.ts';
import { guarded } from './guard.ts';

interface Entry {
  readonly group: string;
  /** Each file is loaded only when its command is named: start-up time matters. */
  readonly load: () => Promise<Command>;
}

const COMMANDS: Readonly<Record<string, Entry>> = {
  run: {
    group: 'The gateway:',
    load: async () => (await import('./commands/run.ts')).runCommand(),
  },
  status: {
    group: 'The gateway:',
    load: async () => (await import('./commands/status.ts')).statusCommand(),
  },
  restart: {
    group: 'The gateway:',
    load: async () => (await import('./commands/restart.ts')).restartCommand(),
  },
  drain: {
    group: 'The gateway:',
    load: async () => (await import('./commands/drain.ts')).drainCommand(),
  },
  stop: {
    group: 'The gateway:',
    load: async () => (await import('./commands/stop.ts')).stopCommand(),
  },
  chat: {
    group: 'Messages:',
    load: async () => (await import('./commands/chat.ts')).chatCommand(),
  },
  send: {
    group: 'Messages:',
    load: async () => (await import('./commands/send.ts')).sendCommand(),
  },
  pair: {
    group: 'Messages:',
    load: async () => (await import('./commands/pair.ts')).pairCommand(),
  },
  sessions: {
    group: 'Messages:',
    load: async () => (await import('./commands/sessions.ts')).sessionsCommand(),
  },
  trace: {
    group: 'Messages:',
    load: async () => (await import('./commands/trace.ts')).traceCommand(),
  },
  dead: {
    group: 'Messages:',
    load: async () => (await import('./commands/dead.ts')).deadCommand(),
  },
  init: { group: 'Set-up:', load: async () => (await import('./commands/init.ts')).initCommand() },
  import: {
    group: 'Set-up:',
    load: async () => (await import('./commands/import.ts')).importCommand(),
  },
  doctor: {
    group: 'Set-up:',
    load: async () => (await import('./commands/doctor.ts')).doctorCommand(),
  },
  journal: {
    group: 'Set-up:',
    load: async () => (await import('./commands/journal.ts')).journalCommand(),
  },
  backup: {
    group: 'Set-up:',
    load: async () => (await import('./commands/backup.ts')).backupCommand(),
  },
  restore: {
    group: 'Set-up:',
    load: async () => (await import('./commands/restore.ts')).restoreCommand(),
  },
  service: {
    group: 'Set-up:',
    load: async () => (await import('./commands/service.ts')).serviceCommand(),
  },
  config: {
    group: 'Set-up:',
    load: async () => (await import('./commands/config.ts')).configCommand(),
  },
};

const EXAMPLES = `
Examples:
  sluice run                     start the gateway here; Ctrl-C stops it with a drain
  sluice status --watch          what it is doing, as it changes
  sluice chat                    talk to it on this terminal
  sluice send "Hello"            say something and wait for the reply
  sluice restart                 a new instance takes over; succeeds when it is ready
  sluice init                    set it up: agent, platforms, service
  sluice doctor                  what is wrong, and how is it mended?

Exit codes: 0 done, 1 failed, 75 restart asked for, 78 it cannot work as configured.`;

/** Parses the command line and runs it. Errors are said in one message; sets `process.exitCode`. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  // A reader that leaves early (`sluice sessions | head`) is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.OK);
    throw error;
  });
  await guarded(argv.includes('--verbose'), async () => {
    const program = await buildProgram(argv);
    await program.parseAsync([...argv], { from: 'user' });
  });
}

/** The program with the one command that is named, or with all of them where none is. */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('sluice')
    .description('A gateway between chat platforms and AI agents whose restarts nobody notices.')
    .option('--home <dir>', 'where its state lives (SLUICE_HOME; default by XDG)')
    .option('--config <file>', 'the configuration file (SLUICE_CONFIG)')
    .option('--verbose', 'show the stack of an unexpected error (SLUICE_DEBUG)')
    .version(await version(), '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for help)')
    .configureHelp({ showGlobalOptions: true })
    .exitOverride();
  const named = firstWord(argv);
  const entry = named === undefined ? undefined : COMMANDS[named];
  const entries = entry === undefined ? Object.values(COMMANDS) : [entry];
  for (const { group, load } of entries) {
    const command = await load();
    for (const each of [command, ...command.commands]) each.copyInheritedSettings(program);
    program.addCommand(command.helpGroup(group));
  }
  return program;
}

/** The command's name: the first word that is neither an option nor an option's value. */
function firstWord(argv: readonly string[]): string | undefined {
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--home' || word === '--config') at++;
    else if (!word.startsWith('-')) return word;
  }
  return undefined;
}

async function version(): Promise<string> {
  return (await import('./version.ts')).VERSION;
}
