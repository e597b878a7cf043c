import { Command } from 'commander';

export function journalCommand(): Command {
  const journal = new Command('journal')
    .summary('where messages and turns are kept: check it, move it')
    .description(
      'The journal is a file in the home, or a schema of a PostgreSQL that several machines share.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice journal check\n  sluice journal move --to postgres\n  sluice journal move --to home',
    );
  journal
    .command('check')
    .description('look at all of it, and say whether it is sound; changes nothing')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }, command: Command) => {
      await (await import('../actions/journal/check.ts')).checkJournal(command, options);
    });
  journal
    .command('migrate')
    .description(
      'bring its tables up to this version, as `run` would: for a database in which the gateway itself may make none',
    )
    .action(async (_options: unknown, command: Command) => {
      await (await import('../actions/journal/migrate.ts')).migrateJournal(command);
    });
  journal
    .command('move')
    .description(
      'Moves the journal of a stopped gateway and compares both by counts and hashes. Nothing is deleted; run it again where it was cut off.',
    )
    .requiredOption(
      '--to <where>',
      '`postgres` (what the configuration or SLUICE_JOURNAL_URL names), its postgres:// address, or `home`',
    )
    .option('--from <url>', 'with `--to home`: the database, where the configuration names none')
    .option('--json', 'for programs')
    .action(async (options: MoveArguments, command: Command) => {
      await (await import('../actions/journal/move.ts')).moveJournal(command, options);
    });
  return journal;
}

export interface MoveArguments {
  readonly to: string;
  readonly from?: string;
  readonly json?: boolean;
}
