import { Command, Option } from 'commander';
import { positive } from './numbers.ts';

interface Install {
  readonly as?: string;
  readonly socket?: boolean;
  readonly start: boolean;
  readonly linger?: boolean;
  readonly dryRun?: boolean;
  readonly print?: boolean;
  readonly force?: boolean;
}

/** Of options that are yes, no or not said: undefined where they were not said. */
function said(command: Command, ...names: readonly string[]) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      command.getOptionValueSource(name) === 'cli' ? command.getOptionValue(name) : undefined,
    ]),
  ) as { linger?: boolean; socket?: boolean };
}

/** What a subcommand does is loaded when it runs. */
async function doing(command: Command) {
  const { serviceContext } = await import('../actions/service/serviceContext.ts');
  return { ...(await import('../actions/service/service.ts')), context: serviceContext(command) };
}

export function serviceCommand(): Command {
  const service = new Command('service')
    .summary('run it under systemd or launchd')
    .description(
      'Installs the gateway as a service: of this user, or of the machine with --system. Restarts hand over to a new instance before the old one leaves.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice service install                 for this user; starts it\n  sudo sluice service install --system --as ada\n  sluice service install --dry-run       what would change\n  sluice service restart                 graceful; waits for the new instance\n  sluice service logs --follow',
    );
  const sub = (name: string, description: string) =>
    service
      .command(name)
      .description(description)
      .option('--system', 'the service of the machine, not of this user')
      .option('--name <name>', 'where several gateways run on one machine', 'sluice');

  sub('install', 'write the unit from the configuration, or bring it up to date; start it')
    .option('--as <user>', 'the user it runs as (with --system; by default who called sudo)')
    .addOption(new Option('--socket', 'let systemd hold the listening socket'))
    .addOption(new Option('--no-socket', 'no longer'))
    .option('--no-start', 'only install it')
    .addOption(
      new Option('--linger', 'let it run while you are not logged in (systemd, for this user)'),
    )
    .addOption(new Option('--no-linger', 'do not, and do not ask'))
    .option('--dry-run', 'print what would change, and change nothing')
    .option('--print', 'print the unit, and change nothing')
    .option('--force', 'replace a unit that something else has written')
    .action(async (options: Install, command: Command) => {
      const { serviceContext } = await import('../actions/service/serviceContext.ts');
      const { install } = await import('../actions/service/install.ts');
      await install(serviceContext(command), { ...options, ...said(command, 'linger', 'socket') });
    });
  sub('uninstall', 'stop it and remove the unit; its home stays').action(
    async (_options: unknown, command: Command) => {
      const { serviceContext } = await import('../actions/service/serviceContext.ts');
      const { uninstall } = await import('../actions/service/install.ts');
      await uninstall(serviceContext(command));
    },
  );
  sub('start', 'start it, and wait until it is ready').action(
    async (_options: unknown, command: Command) => {
      const { start, context } = await doing(command);
      await start(context);
    },
  );
  sub('stop', 'stop it with a drain').action(async (_options: unknown, command: Command) => {
    const { stop, context } = await doing(command);
    await stop(context);
  });
  sub('restart', 'hand over to a new instance; start it where none runs')
    .option('--force', 'where that comes to nothing, end the old one and start another')
    .action(async (options: { force?: boolean }, command: Command) => {
      const { restartService, context } = await doing(command);
      await restartService(context, options.force === true);
    });
  sub('status', 'what the manager and the gateway say; exits 0 while it runs, else 1')
    .option('--json', 'for programs')
    .action(async (options: { json?: boolean }, command: Command) => {
      const { status, context } = await doing(command);
      await status(context, options.json === true);
    });
  sub('logs', 'print its log')
    .option('-f, --follow', 'go on as it grows')
    .addOption(
      new Option('-n, --lines <number>', 'how many of the last lines')
        .default(100)
        .argParser(positive),
    )
    .action(async (options: { follow?: boolean; lines: number }, command: Command) => {
      const { logs, context } = await doing(command);
      await logs(context, { follow: options.follow === true, lines: Math.ceil(options.lines) });
    });
  return service;
}
