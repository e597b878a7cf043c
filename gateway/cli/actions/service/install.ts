import { chownSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { createInterface } from 'node:readline/promises';
import { ENVIRONMENT } from '../../../config/environment.ts';
import { RequestError } from '../../../core/exit.ts';
import type { ServiceDefinition } from '../../../service/definition.ts';
import { enableLingering, lingers } from '../../../service/lingering.ts';
import { applyChanges, compareFiles, type FileChange } from '../../../service/unitFiles.ts';
import { say } from '../../context.ts';
import { mayChange, own, start } from './service.ts';
import { definitionOf, type InstallOptions, type ServiceContext } from './serviceContext.ts';

interface Install extends InstallOptions {
  readonly start: boolean;
  /** Absent: ask, where there is somebody to ask. */
  readonly linger?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
}

/** Installs the service or brings it up to date, showing what differs. */
export async function install(context: ServiceContext, options: Install): Promise<void> {
  const { driver } = context;
  const service = definitionOf(context, options);
  const files = driver.unitFiles(service);
  if (options.print) {
    const texts = files.flatMap(({ text }) => (text === undefined ? [] : [text]));
    process.stdout.write(texts.join('\n'));
    return;
  }
  const changes = compareFiles(files, options.force === true);
  if (!options.dryRun) {
    mayChange(context);
    await driver.check();
    await makeHome(context, service);
  }
  for (const change of changes) sayChange(change);
  const changed = changes.some(({ what }) => what !== 'same');
  if (options.dryRun) return say(changed ? 'Nothing was changed.' : 'Nothing would change.');

  applyChanges(changes);
  await driver.enable(service);
  const { dropIns, running } = await found(context);
  for (const file of dropIns) say(`Left alone: ${file}`);
  if (!options.start) {
    say(`Installed. Start it with: ${own(context, 'start')}`);
  } else if (!running) {
    await start(context);
  } else if (changed) {
    say(`It runs on. What is new holds after: sluice --home ${context.home} restart --full`);
  }
  sayWhatDiffers(context, service);
  await offerLingering(context, options.linger);
}

/** What a person would else find out later: the service does not have this shell's surroundings. */
function sayWhatDiffers(
  { places, scope, home }: ServiceContext,
  { runAs }: ServiceDefinition,
): void {
  const set = Object.keys(ENVIRONMENT).filter((name) => places.env[name]);
  if (set.length > 0) {
    say(
      `Set in this shell and not in the service: ${set.join(', ')}. Put it into the configuration, or into ${home}/sluice.env.`,
    );
  }
  if (scope === 'system')
    say(`Its home: ${home}. Ask it as ${runAs}: sluice --home ${home} status`);
}

async function found({ driver }: ServiceContext) {
  const { files, pid } = await driver.state();
  const written = driver.paths();
  return { dropIns: files.filter((file) => !written.includes(file)), running: pid !== undefined };
}

function sayChange({ path, what, diff }: FileChange): void {
  const words = {
    same: 'is up to date',
    new: 'is new',
    changed: 'changes',
    removed: 'is removed',
  };
  say(`${path} ${words[what]}${what === 'changed' ? ':' : '.'}`);
  if (what === 'changed') for (const line of diff) say(`  ${line}`);
}

/**
 * Makes the home, for the user it runs as.
 * @throws RequestError where it is somebody else's already: what lies in it could not be read.
 */
async function makeHome({ home, run }: ServiceContext, { runAs }: ServiceDefinition) {
  mkdirSync(home, { recursive: true, mode: 0o700 });
  if (runAs === undefined) return;
  const [uid, gid] = (await Promise.all(
    ['-u', '-g'].map(async (flag) => {
      const { code, stdout } = await run('id', [flag, runAs]);
      if (code !== 0) throw new RequestError(`there is no user ${runAs} on this machine`);
      return Number(stdout);
    }),
  )) as [number, number];
  if (statSync(home).uid === uid) return;
  if (readdirSync(home).length > 0) {
    throw new RequestError(
      `the home ${home} belongs to another user than ${runAs}; choose another with --home, or stop the gateway and: chown -R ${runAs} ${home}`,
    );
  }
  chownSync(home, uid, gid);
}

async function offerLingering(context: ServiceContext, wanted: boolean | undefined): Promise<void> {
  const { scope, run } = context;
  if (scope !== 'user' || process.platform !== 'linux' || wanted === false) return;
  const user = userInfo().username;
  if (await lingers(user, run)) return;
  const why = `systemd ends your services when you log out, and starts them when you log in. "Lingering" lets them run all the time, from the machine's start on.`;
  if (wanted ?? (await confirmed(`${why}\nEnable it for ${user}?`))) {
    await enableLingering(user, run);
    return say(`Lingering is enabled for ${user}.`);
  }
  say(`${why}\nTo enable it: sluice service install --linger (or: loginctl enable-linger ${user})`);
}

/** False where nobody can be asked. */
async function confirmed(question: string): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stdout.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

export async function uninstall(context: ServiceContext): Promise<void> {
  const { driver, home } = context;
  mayChange(context);
  const files = driver.paths().map((path) => ({ path, text: undefined }));
  const changes = compareFiles(files, false);
  if (changes.length === 0)
    throw new RequestError(`no service ${context.name} of ours is installed`);
  const { dropIns } = await found(context);
  await driver.disable();
  applyChanges(changes);
  await driver.forget();
  for (const change of changes) sayChange(change);
  for (const file of dropIns) say(`Left alone: ${file}`);
  say(`Stopped and removed. Conversations and settings are still in ${home}.`);
}
