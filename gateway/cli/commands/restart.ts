import { Command, Option } from 'commander';
import { contextOf, say } from '../context.ts';
import { positive } from './numbers.ts';

interface Options {
  readonly force?: boolean;
  readonly wait?: boolean;
  readonly full?: boolean;
  readonly whenIdle?: boolean;
  readonly cancel?: boolean;
  readonly await?: boolean;
  readonly timeout: number;
}

export function restartCommand(): Command {
  return new Command('restart')
    .summary('a new instance takes over')
    .description(
      'Orders a restart and waits until a new instance answers ready (with --when-idle it does not wait unless --wait is given). Asked again while one is on its way, it joins that one.',
    )
    .option('--force', 'cut running turns at once; committed replies are still delivered')
    .option('--full', 'end everything and start anew, instead of handing over')
    .option('--when-idle', 'only once no turn runs')
    .option('--cancel', 'take an open restart back')
    .option('--wait', 'succeed only when a new instance is ready (the default)')
    .option('--no-wait', 'return once the restart is ordered')
    .addOption(
      new Option(
        '--await',
        'order nothing: wait for the outcome of the restart that is on its way, or was last',
      ).conflicts(['force', 'full', 'whenIdle', 'cancel']),
    )
    .addOption(
      new Option('--timeout <seconds>', 'give up waiting after this')
        .default(300)
        .argParser(positive),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice restart\n  sluice restart --when-idle\n  sluice restart --force --timeout 30\n  sluice restart --cancel',
    )
    .action(async (options: Options, command: Command) => {
      const { home } = contextOf(command);
      const explicit = command.getOptionValueSource('wait') === 'cli';
      const wait = explicit ? options.wait === true : options.whenIdle !== true;
      const timeoutMs = options.timeout * 1000;
      if (options.await) {
        return say(await awaited(home, timeoutMs));
      }
      const { restart, cancelRestart } = await import('../actions/restart.ts');
      const line = options.cancel
        ? await cancelRestart(home)
        : await restart(home, {
            force: options.force === true,
            full: options.full === true,
            whenIdle: options.whenIdle === true,
            wait,
            timeoutMs,
          });
      say(line);
    });
}

/**
 * The outcome of a restart that a signal began. systemd runs this as the second command of a reload, and
 * does so even where the service was told to stop during the first; nothing then tells it to end.
 * What it returns there would become the result of the stop: so that is no failure.
 */
async function awaited(home: string, timeoutMs: number): Promise<string> {
  const { awaitRestart, GatewayLeaves } = await import('../actions/awaitRestart.ts');
  try {
    return await awaitRestart(home, { since: performance.timeOrigin, timeoutMs });
  } catch (error) {
    const { managerOf } = await import('../../supervisor/notify.ts');
    if (!(error instanceof GatewayLeaves) || managerOf(process.env) !== 'systemd') throw error;
    return `No restart: ${error.message}.`;
  }
}
