import { type Command, CommanderError, Option } from 'commander';
import type { Io } from './io.ts';

/** The options that both commands take. */
export function sharedOptions(command: Command): Command {
  return command
    .option('--repo <path>', 'the repository to read', '.')
    .option('--since-tag <revision>', 'where the range begins (the previous tag when left out)')
    .option('--until <revision>', 'where it ends (HEAD); of a tag the notes take name and date')
    .option('--path <dir...>', 'only commits that touch it: one package of a repository of many')
    .option('--tag-format <format>', 'how tags are called ("v{version}", "app@{version}")')
    .option('--offline', 'never touch the network')
    .option('--prs <file>', 'authors of pull requests, as JSON: {"12": "login"}')
    .option(
      '--authors <file...>',
      'who is behind which address, as you have it: see the documentation',
    )
    .addOption(
      new Option('--forge <kind>', 'what the remote is, where its host does not say').choices([
        'github',
        'gitlab',
        'forgejo',
        'gitea',
      ]),
    )
    .option('--project <path>', 'the repository on its forge (owner/name, group/sub/name)')
    .option('--github <owner/name>', 'short for --forge github --project owner/name')
    .option('--api-url <url>', 'the API of a server of your own')
    .option('--cache-dir <dir>', 'where answers of the forge are kept')
    .option('--max-wait <seconds>', 'the longest a rate limit is waited out', '60')
    .option('--min-evidence <strength>', 'weak also counts "supersedes #12" alone', 'strong')
    .option('--merges', 'count merge commits as work of their authors')
    .option('--helpers', 'list who reported, reviewed or diagnosed, apart')
    .option('--quiet', 'no progress, and no words when all is well')
    .option('--verbose', 'all evidence');
}

/**
 * Parses the words behind the command's name.
 * @returns the options, or an exit code: 0 after --help, 2 for a mistyped option, which is
 * "could not check" and not "findings"
 */
export function parseOptions<T extends object>(
  program: Command,
  argv: readonly string[],
  io: Io,
): T | number {
  program.exitOverride();
  program.configureOutput({ writeOut: io.out, writeErr: io.err });
  try {
    program.parse(argv, { from: 'user' });
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
  return program.opts<T>();
}
