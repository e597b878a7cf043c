import { Command, InvalidArgumentError, Option } from 'commander';
import { PRESET_NAMES } from '../../agents/acp/presets.ts';
import { BUSY_MODES } from '../../core/message.ts';
import { AGENT_KINDS } from '../../setup/flags.ts';
import type { InitOptions } from '../actions/init.ts';

export function initCommand(): Command {
  return new Command('init')
    .summary('set it up, or change the set-up')
    .description(
      'Asks what is needed, tries each token with its platform, and writes a commented sluice.yaml, with each secret in a file that only you can read. Run again it edits: comments and everything else stay. Each question has an option; with --yes nothing is asked, and only what is given changes.',
    )
    .option('-y, --yes', 'ask nothing: options count, everything else stays as it is')
    .addOption(new Option('--agent <kind>', 'who answers').choices(AGENT_KINDS))
    .option('--agent-name <name>', 'its name in the configuration', name)
    .addOption(
      new Option('--agent-preset <name>', 'a known agent that speaks ACP').choices(PRESET_NAMES),
    )
    .option('--agent-command <words...>', 'the program of an agent, and its arguments')
    .option('--base-url <url>', 'the endpoint of a model')
    .option('--model <name>', 'the model')
    .option('--api-key-file <file>', 'a file that holds its API key; - is standard input')
    .option('--telegram-token-file <file>', 'a file that holds the token of a Telegram bot')
    .option('--telegram-owner <id...>', 'who may give it orders on Telegram')
    .option('--no-telegram', 'do not serve Telegram any more')
    .option('--discord-token-file <file>', 'a file that holds the token of a Discord bot')
    .option('--discord-owner <id...>', 'who may give it orders on Discord')
    .option('--no-discord', 'do not serve Discord any more')
    .addOption(
      new Option('--busy-mode <mode>', 'what a message does that meets an answer').choices(
        BUSY_MODES,
      ),
    )
    .option('--port <port>', 'where the page is', port)
    .option('--host <address>', 'the address it listens on')
    .option('--drain-timeout <seconds>', 'how long a stop lets answers go on', whole)
    .option('--no-check', 'write tokens without asking their platforms')
    .option('--service', 'install it as a service, and start it')
    .option('--no-service', 'do not, and do not ask')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice init\n  sluice --config ./sluice.yaml init\n  sluice init --yes --agent acp --agent-preset claude\n  sluice init --yes --telegram-token-file token.txt --telegram-owner 4711\n  sluice init --yes --port 8080',
    )
    .action(async (_options: unknown, command: Command) => {
      const { initialise } = await import('../actions/init.ts');
      const asked = command.getOptionValueSource('service') === 'cli';
      const { service, ...options } = command.opts<InitOptions>();
      await initialise(command, asked && service !== undefined ? { ...options, service } : options);
    });
}

function name(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Expected letters, digits, dots, dashes and underscores.');
}

function port(text: string): number {
  const value = whole(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError('Expected a number up to 65535.');
}

function whole(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('Expected a whole number, 0 or more.');
}
