import { Command } from 'commander';
import type { ExitCode } from '../../core/exit.ts';
import { managerOf } from '../../supervisor/notify.ts';
import type { SupervisorOptions } from '../../supervisor/options.ts';
import { catchSignals, type Signals } from '../../supervisor/signals.ts';
import { endUnder } from '../actions/endUnder.ts';
import { type Context, contextOf } from '../context.ts';
import { VERSION } from '../version.ts';

/**
 * How a generation's heap is kept small (measured with 2,000 characters a turn: 258 MB where it was 498, at no fewer
 * turns a second): a young generation of 4 MB, since what a turn makes is garbage when it ends and V8 would
 * let it grow to 48; an old one that is collected when it has grown by a quarter; and the collector within
 * reach of instance/heap.ts.
 */
const HEAP = ['--max-semi-space-size=4', '--heap-growing-percent=25', '--expose-gc'];

export function runCommand(): Command {
  return new Command('run')
    .summary('start the gateway and stay')
    .description(
      'Starts the gateway on this terminal, or under a service manager. SIGTERM and SIGINT stop it with a drain; a second one ends the wait. SIGUSR1 restarts it.',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  sluice run\n  sluice run --home ./state --config ./sluice.yaml',
    )
    .action(async (_options, command: Command) => {
      const signals = catchSignals();
      const log = (level: 'info' | 'warn' | 'error', message: string) =>
        process.stderr.write(line(level, message));
      const code = await endUnder(
        managerOf(process.env),
        () => supervise(signals, contextOf(command), log),
        (message) => log('error', message),
      );
      // Lock, socket and children are given back; a forgotten handle must not keep a process that has ended.
      process.exit(code);
    });
}

async function supervise(
  signals: Signals,
  { home, config }: Context,
  log: SupervisorOptions['log'],
): Promise<ExitCode> {
  const { ensureHome } = await import('../../config/paths.ts');
  const { superviseGateway } = await import('../../supervisor/supervisor.ts');
  const script = process.argv[1] as string;
  try {
    ensureHome(home);
    return await superviseGateway({
      home,
      signals,
      version: VERSION,
      command: {
        args: [...HEAP, script, 'generation', home, ...(config === undefined ? [] : [config])],
      },
      log,
    });
  } finally {
    // From here on a signal ends the process, as it does where nobody catches it.
    signals.close();
  }
}

/** One line of the supervisor's own, in the form that the gateway's log has. */
function line(level: 'info' | 'warn' | 'error', message: string): string {
  const at = new Date();
  if (process.stderr.isTTY)
    return `${at.toISOString().slice(11, 23)} ${level.toUpperCase()} supervisor: ${message}\n`;
  const fields = {
    level,
    time: at.toISOString(),
    pid: process.pid,
    part: 'supervisor',
    msg: message,
  };
  return `${JSON.stringify(fields)}\n`;
}
