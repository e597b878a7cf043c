import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Command, Option } from 'commander';
import type { Attribution } from './attribution/attribute.ts';
import { audit } from './attribution/audit.ts';
import { readIfThere } from './attribution/config.ts';
import { CannotCheck } from './attribution/errors.ts';
import { keepHeapSmall } from './cli/heap.ts';
import { type Io, PROCESS } from './cli/io.ts';
import { parseOptions, sharedOptions } from './cli/options.ts';
import { guarded, type Prepared, prepare, type SharedOptions } from './cli/prepare.ts';
import type { releaseModel } from './notes/model.ts';
import type { Bump } from './notes/version.ts';

interface Options extends SharedOptions {
  readonly bump?: Bump;
  readonly version?: string;
  readonly date?: string;
  readonly output?: string;
  readonly format: 'markdown' | 'json';
  readonly template?: string;
  readonly jsonSchema?: boolean;
  readonly publish?: boolean;
}

/** Runs the release as a process's command. */
export async function main(argv: string[]): Promise<void> {
  keepHeapSmall();
  process.exitCode = await release(argv.slice(2), PROCESS);
}

/** The command of the release: prints notes; writes, tags and sends only when told to. */
export async function release(argv: readonly string[], io: Io): Promise<number> {
  const program = sharedOptions(new Command('release'))
    .description('The notes of a range, with everyone who made it.')
    .addOption(new Option('--bump <part>', 'the next version').choices(['major', 'minor', 'patch']))
    .option('--version <version>', 'the version, as it is to be called')
    .option('--date <date>', 'the date in the heading (today)')
    .option('--output <file>', 'write the notes here instead of printing them')
    .option('--template <file>', 'write the notes by this Mustache template')
    .addOption(
      new Option('--format <format>', 'notes, or what they are made of, for programs')
        .choices(['markdown', 'json'])
        .default('markdown'),
    )
    .option('--json-schema', 'print the schema of --format json, and end')
    .option('--publish', 'commit the notes, tag, push, and create the release');
  const options = parseOptions<Options>(program, argv, io);
  return typeof options === 'number' ? options : guarded(io, () => run(options, io));
}

async function run(options: Options, io: Io): Promise<number> {
  if (options.jsonSchema) {
    const { ReleaseSchema, schemaText } = await import('./report/schemas.ts');
    io.out(schemaText(ReleaseSchema));
    return 0;
  }
  refuseNonsense(options);
  // Told before a long history is read.
  if (options.template !== undefined) await readTemplate(options.template);
  const date = options.date ?? new Date().toISOString().slice(0, 10);
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(Date.parse(date)))
    throw new CannotCheck(`--date must be YYYY-MM-DD, not "${date}"`);
  const prepared = await prepare(options, io, true);
  const { attribution, config } = prepared;
  const { formatOf, nextVersion, tagOf, versionOf } = await import('./notes/version.ts');
  const version =
    options.version ?? (options.bump && nextVersion(attribution.range.since?.name, options.bump));
  const { since, paths } = attribution.range;
  const named = options.tagFormat ?? config.tagFormat;
  if (version !== undefined && named === undefined && since === undefined && paths.length > 0) {
    throw new CannotCheck(
      `no earlier tag tells how those of ${paths.join(', ')} are called; say it with --tag-format, such as "NAME@{version}"`,
    );
  }
  const format = named ?? formatOf(since?.name);
  const tag = version === undefined ? undefined : tagOf(format, version);
  const [fresh, made] = await Promise.all([
    prepared.earlier?.newcomers(attribution.people, config.dialect),
    tag === undefined ? releasedAs(prepared, options.until) : undefined,
  ]);
  const title = tag ?? made?.tag;
  const notes = await write(options, prepared, {
    title: title ?? 'Unreleased',
    end: title ?? attribution.range.until.name,
    date: options.date ?? made?.date ?? date,
    tag: title,
    version: version ?? (title && versionOf(title)),
    merged: attribution.merged,
    sourcesOf: attribution.sourcesOf,
    // In a project's first release everyone is new; saying so at each line tells nothing.
    isFirst: (person) => attribution.range.since !== undefined && fresh?.has(person) === true,
    ...(config.site === undefined ? {} : { web: config.site.web }),
  });
  for (const each of attribution.incomplete) io.err(`incomplete: ${each}\n`);
  if (!options.quiet) tellNamesakes(attribution, io);
  if (!options.quiet) tellSuspects(attribution, io);
  if (options.publish) return publishNotes(options, io, prepared, tag, notes);
  if (options.output === undefined) io.out(notes);
  else {
    try {
      await mkdir(dirname(options.output), { recursive: true });
      await writeFile(options.output, notes);
    } catch (error) {
      throw new CannotCheck(`can't write ${options.output}: ${(error as Error).message}`);
    }
    if (!options.quiet) io.err(`wrote ${options.output}\n`);
  }
  return attribution.incomplete.length > 0 ? 2 : 0;
}

function refuseNonsense({ bump, version, format, template, publish }: Options): void {
  if (bump !== undefined && version !== undefined)
    throw new CannotCheck('--bump and --version exclude each other');
  if (format === 'json' && (template !== undefined || publish))
    throw new CannotCheck('--format json excludes --template and --publish');
}

/** The notes in the form that is asked for: ours, the project's own, or data. */
async function write(
  options: Options,
  { attribution, config }: Prepared,
  about: Parameters<typeof releaseModel>[1],
): Promise<string> {
  const file = options.template ?? config.template;
  if (options.format === 'markdown' && file === undefined) {
    const { writeNotes } = await import('./notes/write.ts');
    return writeNotes(attribution, about);
  }
  const { releaseModel } = await import('./notes/model.ts');
  const model = releaseModel(attribution, about);
  if (options.format === 'json' || file === undefined) return `${JSON.stringify(model, null, 2)}\n`;
  if (options.publish && /\.(?:html?|txt)(?:\.mustache)?$/i.test(file))
    throw new CannotCheck(`--publish writes Markdown, and ${file} is a template of something else`);
  const { renderTemplate } = await import('./notes/template.ts');
  return renderTemplate(await readTemplate(file), file, model);
}

async function readTemplate(file: string): Promise<string> {
  const template = await readIfThere(file);
  if (template === undefined) throw new CannotCheck(`no such file: ${file} (template)`);
  const { checkTemplate } = await import('./notes/template.ts');
  checkTemplate(template, file);
  return template;
}

/** A range that ends in a tag has its name and its date already. */
async function releasedAs({ git }: Prepared, until: string | undefined) {
  if (until === undefined) return undefined;
  const tag = until.replace(/^refs\/tags\//, '');
  try {
    const date = await git.run(['log', '-1', '--format=%cs', `refs/tags/${tag}`, '--']);
    return { tag, date: date.trim() };
  } catch {
    return undefined; // Any other revision.
  }
}

const TOLD = 5;

/** Two entries of one name, as likely one person as two: told, since nothing joins them. */
function tellNamesakes({ unresolved }: Attribution, io: Io): void {
  const told = new Set<string>();
  const found = unresolved.filter(({ what, namesake }) => {
    if (namesake === undefined || told.has(what)) return false;
    told.add(namesake);
    return true;
  });
  for (const { what, namesake, suggestion } of found.slice(0, TOLD)) {
    const line = suggestion.trim().replace(/\s+# .*$/, '');
    io.err(
      `note: ${what} and ${namesake} are listed apart; if they are one, AUTHOR_MAP: ${line}\n`,
    );
  }
  const more = found.length - TOLD;
  if (more > 0) io.err(`note: ${more} more pairs of one name; contributor-audit shows them\n`);
}

/** Who is credited, and may be a machine: told, since the notes name them. */
function tellSuspects({ suspects }: Attribution, io: Io): void {
  for (const { who, reason, machine, person } of suspects.slice(0, TOLD))
    io.err(`note: ${who} may be a machine: ${reason}; AUTHOR_MAP: ${machine} or ${person}\n`);
  const more = suspects.length - TOLD;
  if (more > 0) io.err(`note: ${more} more who may be machines; contributor-audit shows them\n`);
}

async function publishNotes(
  options: Options,
  io: Io,
  prepared: Prepared,
  tag: string | undefined,
  notes: string,
): Promise<number> {
  const { git, config, connection, attribution } = prepared;
  if (tag === undefined) throw new CannotCheck('--publish needs --version or --bump');
  if (options.until !== undefined)
    throw new CannotCheck('--publish releases HEAD; leave --until out');
  const { commits, range } = attribution;
  if (commits === 0 && range.paths.length > 0) {
    // Whoever releases every package in a loop has some that stayed as they were.
    const where = range.paths.join(', ');
    io.err(`nothing to release: no commit since ${range.since?.name} touches ${where}\n`);
    return 0;
  }
  if (connection !== undefined && connection.token === undefined) {
    const { howToGiveOne } = await import('./forge/token.ts');
    const where = howToGiveOne(connection.site);
    throw new CannotCheck(`--publish needs a token ${where} to create the release`);
  }
  const { publish, checkPublication } = await import('./notes/publish.ts');
  const { readNotes } = await import('./notes/read.ts');
  const say = (line: string) => {
    if (!options.quiet) io.err(`${line}\n`);
  };
  const publication = {
    git,
    remote: config.remote,
    tag,
    notesPath: `${config.notes}/${tag.replaceAll('/', '-')}.md`,
    notes,
    say,
  };
  const look = await checkPublication(publication);
  const checked = audit(attribution, readNotes(notes, undefined, config.dialect));
  if (look.standing === 'nothing' && checked.exitCode !== 0) {
    const what = [
      ...attribution.incomplete,
      ...(checked.missing ?? []).map((each) => `${each.name} is missing`),
    ];
    const open = attribution.unresolved.filter((each) => each.kind === 'source pull request');
    what.push(...open.map((each) => `the author of ${each.what} is not known`));
    io.err(
      `error: the audit does not pass, nothing was done:\n${what.map((each) => `  ${each}\n`).join('')}`,
    );
    return checked.exitCode;
  }
  if (connection === undefined) await publish(publication, look);
  else {
    const { openReleases } = await import('./forge/open.ts');
    await publish({ ...publication, releases: await openReleases(connection) }, look);
  }
  return 0;
}

if (import.meta.main) await main(process.argv);
