import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

export function sendCommand(): Command {
  return new Command('send')
    .summary('say something and wait for the reply')
    .description(
      'Sends a message from the shell and prints the reply. It waits across restarts: the message is sent under one id, so it is answered once. Exits 1 where there is no good answer.',
    )
    .argument('<text...>', 'the message; `-` reads it from standard input')
    .option('--session <id>', 'go on with this conversation')
    .option('--json', 'for programs')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice send "What is new?"\n  git diff | sluice send -\n  sluice send --session nightly --json "Go on"',
    )
    .action(
      async (words: string[], options: { session?: string; json?: boolean }, command: Command) => {
        const { home } = contextOf(command);
        const { sendAndWait } = await import('../actions/send.ts');
        const { text: read } = await import('node:stream/consumers');
        const text =
          words.length === 1 && words[0] === '-' ? await read(process.stdin) : words.join(' ');
        const answer = await sendAndWait(home, {
          text,
          ...(options.session === undefined ? {} : { session: options.session }),
        });
        if (answer.settled.outcome !== 'answered') process.exitCode = 1;
        if (options.json) {
          const { received, settled } = answer;
          return sayJson({ id: received.id, session: received.session, ...settled });
        }
        const { printable } = await import('../text/format.ts');
        const { outcome, text: reply, error } = answer.settled;
        if (reply !== '') say(printable(reply));
        if (outcome === 'answered') return;
        process.stderr.write(
          `sluice: the message was ${outcome}${error === undefined ? '' : `: ${printable(error)}`} (sluice trace ${answer.received.id})\n`,
        );
      },
    );
}
