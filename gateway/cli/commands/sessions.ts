import { Command, Option } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';
import { positive } from './numbers.ts';

interface Options {
  readonly json?: boolean;
  readonly search?: string;
  readonly limit: number;
}

export function sessionsCommand(): Command {
  return new Command('sessions')
    .summary('conversations')
    .description('Lists conversations, the newest first, or prints one.')
    .argument('[id]', 'print this one')
    .option('--search <text>', 'only those that hold the text')
    .option('--json', 'for programs')
    .addOption(new Option('--limit <n>', 'at most so many').default(20).argParser(positive))
    .addHelpText(
      'after',
      '\nExamples:\n  sluice sessions\n  sluice sessions --search invoice\n  sluice sessions 0199c0de-… --limit 50',
    )
    .action(async (id: string | undefined, options: Options, command: Command) => {
      const { home } = contextOf(command);
      const limit = Math.ceil(options.limit);
      const { controlClient } = await import('../../control/client.ts');
      const { ago, clip, plural, printable, table } = await import('../text/format.ts');
      const client = controlClient(home);
      const now = Date.now();
      if (id !== undefined) {
        const entries = await client.transcript(id, { limit });
        if (options.json) return sayJson(entries);
        for (const entry of entries) {
          say(`${entry.role}, ${ago(entry.at, now)}`);
          say(`${printable(entry.text)}\n`);
        }
        return;
      }
      const { search } = options;
      const found = await client.sessions({ limit, ...(search === undefined ? {} : { search }) });
      if (options.json) return sayJson(found);
      if (found.length === 0) return say('No conversations yet.');
      const rows = found.map((s) => [
        s.id,
        `${s.address.platform}${s.address.account === 'default' ? '' : `/${s.address.account}`}`,
        plural(s.messages, 'message'),
        ago(s.lastAt, now),
        clip(s.title ?? s.address.chat, 50),
      ]);
      for (const line of table(rows)) say(line);
    });
}
