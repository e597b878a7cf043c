import { Command } from 'commander';
import type { Observed } from '../actions/observe.ts';
import { contextOf, say } from '../context.ts';
import { ago, duration } from '../text/format.ts';

interface Options {
  readonly json?: boolean;
  readonly watch?: boolean;
  readonly fleet?: boolean;
}

export function statusCommand(): Command {
  return new Command('status')
    .summary('what the gateway is doing')
    .description(
      'Says what the gateway is doing. Exits 0 while one runs, 1 while none does. A gateway that is gone is answered for by its status file, marked stale.',
    )
    .option('--json', 'for programs')
    .option('--fleet', 'every machine that shares the journal, asked of the journal itself')
    .option('--watch', 'again whenever it changes, at most once a second, until Ctrl-C')
    .addHelpText(
      'after',
      '\nExamples:\n  sluice status\n  sluice status --watch\n  sluice status --fleet\n  sluice status --json | jq .state',
    )
    .action(async (options: Options, command: Command) => {
      if (options.fleet) {
        const { fleetStatus } = await import('../actions/fleet.ts');
        return fleetStatus(command, options.json === true);
      }
      const { home } = contextOf(command);
      const { observe } = await import('../actions/observe.ts');
      const once = async () => {
        const observed = await observe(home);
        return { observed, text: await render(observed, home, options.json === true) };
      };
      if (options.watch) {
        const { watch } = await import('../actions/watch.ts');
        await watch(home, async () => (await once()).text);
        return;
      }
      const { observed, text } = await once();
      say(text);
      const running = observed.status !== undefined && observed.status.state !== 'stopped';
      process.exitCode = running ? 0 : 1;
    });
}

async function render(observed: Observed, home: string, json: boolean): Promise<string> {
  if (json) return JSON.stringify(statusJson(observed, home), null, 2);
  const { statusLines } = await import('../text/statusText.ts');
  const { status } = observed;
  const now = Date.now();
  if (status === undefined) {
    return `No gateway is running on ${home}, and none has left a word there.\nStart one with: sluice run`;
  }
  if (observed.source === 'socket') return statusLines(status, now).join('\n');
  if (observed.freshness === 'stale') {
    return `No gateway answers on ${home}. Its last word, ${duration(observed.ageMs ?? 0)} old: ${observed.lastState}.\nIf it should run, start it with: sluice run`;
  }
  if (status.state === 'stopped') {
    return `The gateway on ${home} was stopped ${ago(status.at, now)}.\nStart it with: sluice run`;
  }
  return [...statusLines(status, now), '', `(from its status file: ${observed.problem})`].join(
    '\n',
  );
}

/** Always has state, instance, generation, activeTurns, queued, platforms. */
function statusJson(observed: Observed, home: string): object {
  const { status, ...how } = observed;
  if (status !== undefined) return { ...status, home, ...how };
  return {
    state: 'stopped',
    ready: false,
    instance: null,
    generation: null,
    activeTurns: 0,
    queued: 0,
    platforms: [],
    home,
    ...how,
  };
}
