import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { Command, Option } from 'commander';
import { audit } from './attribution/audit.ts';
import { CannotCheck } from './attribution/errors.ts';
import { mendingCommands } from './cli/commands.ts';
import { keepHeapSmall } from './cli/heap.ts';
import { type Io, PROCESS } from './cli/io.ts';
import { parseOptions, sharedOptions } from './cli/options.ts';
import { guarded, prepare, prepareConfig, type SharedOptions } from './cli/prepare.ts';
import type { Commands } from './report/summary.ts';

interface Options extends SharedOptions {
  readonly releaseFile?: string;
  readonly format: 'text' | 'json' | 'markdown' | 'github';
  readonly explain?: string;
  readonly html?: string;
  readonly summary?: string;
  readonly fix?: boolean;
  readonly importAuthors?: string;
  readonly jsonSchema?: boolean;
  readonly strict?: boolean;
  readonly showFiltered?: boolean;
}

/** Runs the audit as a process's command. */
export async function main(argv: string[]): Promise<void> {
  keepHeapSmall();
  process.exitCode = await contributorAudit(argv.slice(2), PROCESS);
}

/** The command of the audit. @returns 0 all credited, 1 findings, 2 could not check. */
export async function contributorAudit(argv: readonly string[], io: Io): Promise<number> {
  const program = sharedOptions(new Command('contributor-audit'))
    .description(
      'Who made a range of history, on what evidence, and whom the release notes leave out.',
    )
    .option('--release-file <file>', 'the notes to check; without it, everyone is listed')
    .addOption(
      new Option('--format <format>', 'how to report')
        .choices(['text', 'json', 'markdown', 'github'])
        .default('text'),
    )
    .option('--json-schema', 'print the schema of --format json, and end')
    .option('--explain <who>', 'why this login, name or address is credited or not')
    .option('--html <file>', 'write one self-contained page')
    .option('--summary <file>', 'append the report as Markdown, to the summary of a CI job say')
    .option(
      '--fix',
      'write who is missing into the notes, and what the forge told into the AUTHOR_MAP',
    )
    .option(
      '--import-authors <file>',
      "write another tool's map of authors into the AUTHOR_MAP, and end",
    )
    .option('--strict', 'an identity without a login is a finding')
    .option('--show-filtered', 'show who was left out as an assistant or a bot');
  const options = parseOptions<Options>(program, argv, io);
  return typeof options === 'number' ? options : guarded(io, () => run(options, io));
}

async function run(options: Options, io: Io): Promise<number> {
  if (options.jsonSchema) {
    const { AuditSchema, schemaText } = await import('./report/schemas.ts');
    io.out(schemaText(AuditSchema));
    return 0;
  }
  if (options.importAuthors !== undefined) {
    const { importAuthors } = await import('./cli/import-authors.ts');
    const config = await prepareConfig(options, io);
    const { code, report } = await importAuthors(options.importAuthors, config);
    io.out(report);
    return code;
  }
  const file = options.releaseFile;
  const before = file === undefined ? undefined : await readNotesFile(file);
  const { attribution, config } = await prepare(options, io);
  const check = async (text: string | undefined) => {
    if (text === undefined) return audit(attribution, undefined, options.strict);
    const [{ readNotes }, { versionOf }] = await Promise.all([
      import('./notes/read.ts'),
      import('./notes/version.ts'),
    ]);
    const version = versionOf(attribution.range.until.name);
    return audit(attribution, readNotes(text, version, config.dialect), options.strict);
  };
  let result = await check(before);
  if (options.fix) {
    const { fix } = await import('./cli/fix.ts');
    const after = await fix(result, { file, text: before, config });
    if (after.text !== before || after.mapText !== undefined) result = await check(after.text);
    if (file !== undefined && after.text !== undefined && after.text !== before) {
      await writeOrTell(file, after.text);
      if (!options.quiet) io.err(`wrote ${file}\n`);
    }
    if (after.mapText !== undefined && !options.quiet) io.err(`wrote ${config.authors}\n`);
  }
  const commands = mendingCommands(options, config.site !== undefined);
  if (options.html !== undefined) {
    const { htmlReport } = await import('./report/html.ts');
    await writeOrTell(options.html, htmlReport(result, config.site, commands));
  }
  if (options.summary !== undefined) {
    const { markdownReport } = await import('./report/formats.ts');
    await writeOrTell(options.summary, markdownReport(result, commands), 'a');
  }
  io.out(await render(result, options, io, commands));
  return result.exitCode;
}

async function render(
  result: ReturnType<typeof audit>,
  options: Options,
  io: Io,
  commands: Commands,
): Promise<string> {
  if (options.explain !== undefined) {
    const { explain } = await import('./report/text.ts');
    return explain(result, options.explain);
  }
  if (options.format === 'github') {
    const { githubReport } = await import('./report/annotations.ts');
    const shown = options.releaseFile && relative(process.cwd(), options.releaseFile);
    return githubReport(result, shown, commands);
  }
  if (options.format !== 'text') {
    const { jsonReport, markdownReport } = await import('./report/formats.ts');
    return options.format === 'json' ? jsonReport(result) : markdownReport(result, commands);
  }
  if (options.quiet && result.exitCode === 0 && options.releaseFile !== undefined) return '';
  const { COLOUR, PLAIN, textReport } = await import('./report/text.ts');
  return textReport(result, {
    paint: io.outIsTerminal && !io.env.NO_COLOR ? COLOUR : PLAIN,
    verbose: options.verbose ?? false,
    showFiltered: options.showFiltered ?? false,
    commands,
  });
}

async function writeOrTell(file: string, text: string, flag: 'w' | 'a' = 'w'): Promise<void> {
  try {
    await writeFile(file, text, { flag });
  } catch (error) {
    throw new CannotCheck(`can't write ${file}: ${(error as Error).message}`);
  }
}

async function readNotesFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new CannotCheck(`can't read the release notes: ${(error as Error).message}`);
  }
}

if (import.meta.main) await main(process.argv);
