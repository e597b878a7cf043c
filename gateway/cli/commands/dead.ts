import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

/** The client is loaded only when a command really runs. */
async function clientOf(command: Command) {
  const { controlClient } = await import('../../control/client.ts');
  return controlClient(contextOf(command).home);
}

export function deadCommand(): Command {
  const dead = new Command('dead')
    .summary('messages and replies that were given up')
    .description(
      'Dead letters: messages whose turn failed too often, replies that could not be sent.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice dead list\n  sluice dead show ID\n  sluice dead retry ID',
    );
  dead
    .command('list', { isDefault: true })
    .description('list them, the oldest first')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }, command: Command) => {
      const letters = await (await clientOf(command)).deadLetters();
      if (options.json) return sayJson(letters);
      if (letters.length === 0) return say('No dead letters.');
      const { ago, clip, table } = await import('../text/format.ts');
      const now = Date.now();
      const rows = letters.map((l) => [
        l.id,
        l.what,
        l.address.platform,
        ago(l.at, now),
        clip(l.reason, 40),
        clip(l.text, 40),
      ]);
      for (const line of table(rows)) say(line);
    });
  dead
    .command('show')
    .description('print one')
    .argument('<id>')
    .option('--json', 'for programs')
    .action(async (id: string, options: { json?: boolean }, command: Command) => {
      const letter = await (await clientOf(command)).deadLetter(id);
      if (options.json) return sayJson(letter);
      const { printable } = await import('../text/format.ts');
      const { platform, account, chat } = letter.address;
      say(`${letter.what} ${letter.id}, ${new Date(letter.at).toISOString()}`);
      say(printable(`${platform}/${account}, chat ${chat}`));
      say(printable(`reason: ${letter.reason}\n\n${letter.text}`));
    });
  dead
    .command('retry')
    .description('queue or send it again')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      await (await clientOf(command)).retryDead(id);
      say(`${id} is tried again.`);
    });
  dead
    .command('drop')
    .description('give it up for good')
    .argument('<id>')
    .action(async (id: string, _options: unknown, command: Command) => {
      await (await clientOf(command)).dropDead(id);
      say(`${id} is dropped.`);
    });
  return dead;
}
