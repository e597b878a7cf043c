import { Command, Option } from 'commander';
import { contextOf, say } from '../context.ts';
import { positive } from './numbers.ts';

export function drainCommand(): Command {
  return new Command('drain')
    .summary('start no new turns for a while')
    .description(
      'The gateway starts no new turn until the drain is cancelled or its deadline has passed; messages are accepted and wait. Asked again, it is renewed.',
    )
    .option('--cancel', 'end the drain: what waits is answered')
    .addOption(
      new Option('--deadline <seconds>', 'the drain ends by itself after this').argParser(positive),
    )
    .addHelpText('after', '\nExamples:\n  sluice drain --deadline 600\n  sluice drain --cancel')
    .action(async (options: { cancel?: boolean; deadline?: number }, command: Command) => {
      const { home } = contextOf(command);
      const { controlClient } = await import('../../control/client.ts');
      const { orderText } = await import('../text/statusText.ts');
      const client = controlClient(home);
      if (options.cancel) {
        const order = await client.cancelDrain();
        say(`Drain ended: ${orderText(order, Date.now())}.`);
        return;
      }
      const order = await client.drain({
        by: 'cli',
        ...(options.deadline === undefined ? {} : { deadlineMs: options.deadline * 1000 }),
      });
      say(`Draining: ${orderText(order, Date.now())}.`);
      say('Messages are accepted and wait. To end it: sluice drain --cancel');
    });
}
