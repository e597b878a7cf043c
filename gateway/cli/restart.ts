import { Command, Option } from 'commander';
import { contextOf, say } from './context.ts';
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
        const { awaitRestart } = await import('./awaiting.ts');
        return say(await awaitRestart(home, { since: performance.timeOrigin, timeoutMs }));
      }
      const { restart, cancelRestart } = await import('./restarting.ts');
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
