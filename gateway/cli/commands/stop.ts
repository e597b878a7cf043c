import { Command, Option } from 'commander';
import { contextOf, say } from '../context.ts';
import { positive } from './numbers.ts';

export function stopCommand(): Command {
  return new Command('stop')
    .summary('stop it, with a drain')
    .description(
      'Lets running turns come to their end (up to agent.restart_drain_timeout), delivers what is committed, and ends. Waits until it is gone.',
    )
    .option('--force', 'cut running turns at once; committed replies are still delivered')
    .addOption(
      new Option('--timeout <seconds>', 'give up waiting after this')
        .default(300)
        .argParser(positive),
    )
    .addHelpText('after', '\nExamples:\n  sluice stop\n  sluice stop --force')
    .action(async (options: { force?: boolean; timeout: number }, command: Command) => {
      const { home } = contextOf(command);
      const { stop } = await import('../actions/stop.ts');
      say(await stop(home, { force: options.force === true, timeoutMs: options.timeout * 1000 }));
    });
}
