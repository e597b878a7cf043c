import { Command } from 'commander';
import { contextOf } from '../context.ts';

export function chatCommand(): Command {
  return new Command('chat')
    .summary('talk to the gateway on this terminal')
    .description(
      'A conversation on the terminal: replies as they are written, what waits, commands with Tab, earlier lines with the arrow keys. Ctrl-C ends the running answer, a second one leaves. It outlives restarts: what you write meanwhile is sent when the gateway is back. In a pipe each line is a message, and only replies are printed.',
    )
    .option('--session <name>', 'a conversation of this name', 'shell')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice chat\n  sluice chat --session trip\n  printf "%s\\n" "Hello" "And now?" | sluice chat',
    )
    .action(async ({ session }: { session: string }, command: Command) => {
      const { home } = contextOf(command);
      const { chat } = await import('../actions/chat/chat.ts');
      const { stdin, stdout, stderr } = process;
      await chat({ home, session, stdin, stdout, stderr });
      // Requests that wait for replies would keep the process.
      process.exit(process.exitCode ?? 0);
    });
}
