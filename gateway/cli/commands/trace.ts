import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

export function traceCommand(): Command {
  return new Command('trace')
    .summary('what happened to a message')
    .description('Prints every recorded event of a message, in order, and its outcome.')
    .argument('<message-id>', 'its id, as `sluice send` and the log print it')
    .option('--json', 'for programs')
    .addHelpText('after', '\nExamples:\n  sluice trace 0199c0de-…')
    .action(async (id: string, options: { json?: boolean }, command: Command) => {
      const { home } = contextOf(command);
      const { controlClient } = await import('../../control/client.ts');
      const { clip, duration, table } = await import('../text/format.ts');
      const { message, events } = await controlClient(home).trace(id);
      if (options.json) return sayJson({ message, events });
      say(`${message.id}  from ${clip(message.who, 40)} on ${message.address.platform}`);
      say(`  ${clip(message.text, 72)}`);
      const begin = events[0]?.at ?? message.receivedAt;
      const rows = events.map((event) => [
        new Date(event.at).toISOString(),
        `+${duration(event.at - begin)}`,
        event.name,
        event.detail === undefined ? '' : clip(JSON.stringify(event.detail), 80),
      ]);
      for (const line of table(rows, '  ')) say(line);
      say(
        message.outcome === undefined
          ? `Not done yet: ${message.state}.`
          : `Outcome: ${message.outcome}.`,
      );
    });
}
