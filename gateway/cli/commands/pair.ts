import { Command } from 'commander';
import { contextOf, say, sayJson } from '../context.ts';

async function clientOf(command: Command) {
  const { controlClient } = await import('../../control/client.ts');
  return controlClient(contextOf(command).home);
}

export function pairCommand(): Command {
  const pair = new Command('pair')
    .summary('let people in who were told a code')
    .description(
      'A stranger who writes to a bot is told a code, once a day; it works for an hour. Whoever you approve may talk; only `owners` of the configuration may give orders.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice pair list\n  sluice pair approve K7QM2XWD\n  sluice pair revoke telegram 123456789',
    );
  pair
    .command('list', { isDefault: true })
    .description('who waits with a code, and who was let in')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }, command: Command) => {
      const people = await (await clientOf(command)).pairings();
      if (options.json) return sayJson(people);
      if (people.length === 0) return say('Nobody waits, and nobody was let in by a code.');
      const { ago, clip, table } = await import('../text/format.ts');
      const rows = people.map((p) => [
        p.state === 'asked' ? `waits: ${p.code}` : 'let in',
        p.account === 'default' ? p.platform : `${p.platform}/${p.account}`,
        p.id,
        ago(p.at, Date.now()),
        clip(p.name ?? '', 40),
      ]);
      for (const line of table(rows)) say(line);
    });
  pair
    .command('approve')
    .description('let in whoever was told the code')
    .argument('<code>')
    .action(async (code: string, _options: unknown, command: Command) => {
      const { name, id, platform } = await (await clientOf(command)).approvePairing(code);
      const { clip } = await import('../text/format.ts');
      say(`${clip(name ?? id, 60)} (${id} on ${platform}) may talk now, and was told.`);
    });
  pair
    .command('revoke')
    .description('take a let-in back')
    .argument('<platform>', 'telegram or discord')
    .argument('<id>', "the person's id, as `sluice pair list` shows it")
    .option('--account <name>', 'the account of the platform', 'default')
    .action(
      async (platform: string, id: string, options: { account: string }, command: Command) => {
        await (await clientOf(command)).revokePairing({ platform, id, ...options });
        say(`${id} on ${platform} may no longer talk.`);
      },
    );
  return pair;
}
