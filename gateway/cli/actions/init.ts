import type { Command } from 'commander';
import { ExitCode, RequestError } from '../../core/exit.ts';
import { examine } from '../../doctor/examination.ts';
import { shellLine } from '../../doctor/shell.ts';
import { systemWorld } from '../../doctor/world.ts';
import { runProgram } from '../../service/command.ts';
import { lineDiff } from '../../service/diff.ts';
import { ConfigDocument } from '../../setup/configDocument.ts';
import { type Draft, draftOf, fileToEdit, textOf, writeDraft } from '../../setup/configFile.ts';
import type { Flags } from '../../setup/flags.ts';
import { type Prompts, terminalPrompts } from '../../setup/prompts.ts';
import { interview } from '../../setup/questions.ts';
import { type Context, contextOf, say } from '../context.ts';
import { findingLines } from '../text/doctorText.ts';
import { VERSION } from '../version.ts';
import { leaveNow } from './leaveNow.ts';

export interface InitOptions extends Flags {
  readonly yes?: boolean;
  readonly service?: boolean;
}

/** Asks, writes, examines what came of it, and offers the service. */
export async function initialise(command: Command, options: InitOptions): Promise<void> {
  const context = contextOf(command);
  const { places, config } = context;
  const file = fileToEdit(config, places);
  const prompts = await prompter(options);
  const now = new ConfigDocument(textOf(file), file);
  prompts?.intro(textOf(file) === '' ? `This writes ${file}` : `This edits ${file}`);
  const answers = await interview({
    flags: options,
    now,
    prompts,
    warn: (message) => process.stderr.write(`warning: ${message}\n`),
    path: places.env.PATH,
  });
  const draft = draftOf(file, answers);
  if (await mayWrite(draft, prompts)) {
    writeDraft(draft, places);
    say(
      `Written: ${[...(draft.after === draft.before ? [] : [file]), ...secretNames(draft)].join(', ')}`,
    );
  }
  await examined(context, file);
  await offerService(context, file, options.service, prompts);
  await leaveNow();
}

async function prompter({ yes }: InitOptions): Promise<Prompts | undefined> {
  if (yes) return undefined;
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new RequestError(
      'there is no terminal to ask on; add --yes, and an option for each answer (see sluice init --help)',
    );
  }
  return terminalPrompts();
}

async function mayWrite(draft: Draft, prompts: Prompts | undefined): Promise<boolean> {
  const { before, after, secrets, file } = draft;
  if (before === after && secrets.length === 0) {
    say(before === '' ? 'Nothing to write: the defaults hold.' : `Nothing changes in ${file}.`);
    return false;
  }
  if (prompts === undefined) return true;
  const diff = before === '' ? after.trimEnd().split('\n') : lineDiff(before, after);
  say();
  for (const line of diff) say(`    ${line}`);
  for (const name of secretNames(draft)) say(`    ${name}: a secret, readable by you only`);
  say();
  if (await prompts.confirm('Write this?', true)) return true;
  throw new RequestError('nothing was written');
}

function secretNames({ secrets }: Draft): string[] {
  return secrets.map(({ name }) => name);
}

/** What the doctor finds wrong, so that nobody has to ask. */
async function examined({ home, places }: Context, file: string): Promise<void> {
  const config = textOf(file) === '' ? {} : { config: file };
  const { findings } = await examine(systemWorld({ home, places, version: VERSION, ...config }));
  const wrong = findings.filter(({ level }) => level === 'problem' || level === 'warning');
  if (wrong.length > 0) say();
  for (const line of findingLines(wrong, process.stdout.isTTY === true && !places.env.NO_COLOR)) {
    say(line);
  }
  const running = findings.some(
    ({ about, what }) => about === 'gateway' && what.startsWith('running'),
  );
  say();
  say(
    running
      ? 'A gateway runs; `sluice restart` has it take this up without a gap.'
      : 'Start it here with `sluice run`; later, `sluice doctor` says what is wrong.',
  );
}

/** The service is installed as anybody would: by its own command. */
async function offerService(
  { home }: Context,
  file: string,
  wanted: boolean | undefined,
  prompts: Prompts | undefined,
): Promise<void> {
  if (wanted === false || (wanted === undefined && prompts === undefined)) return;
  if (wanted === undefined && !(await managed())) return;
  const yes = wanted ?? (await prompts?.confirm('Run it as a service from now on?', true));
  if (!yes) return;
  const words = [
    '--home',
    home,
    ...(textOf(file) === '' ? [] : ['--config', file]),
    'service',
    'install',
  ];
  const own = [...process.execArgv, process.argv[1] as string, ...words];
  const { code } = await runProgram(process.execPath, own, { attached: true });
  if (code === 0) return;
  say(`The service is not installed. Try again with: ${shellLine('sluice', ...words)}`);
  process.exitCode = ExitCode.FAILURE;
}

/** Whether there is a service manager that this user can speak to. */
async function managed(): Promise<boolean> {
  if (process.platform === 'darwin') return true;
  const asked = await runProgram('systemctl', ['--user', 'show', '--property=Version'], {
    timeoutMs: 3_000,
  });
  return asked.code === 0;
}
