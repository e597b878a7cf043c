import type { Command } from 'commander';
import { ExitCode, RequestError } from '../../core/exit.ts';
import { fleetOf } from '../../journal/postgres/fleet.ts';
import { say, sayJson } from '../context.ts';
import { fleetLines } from '../text/fleetText.ts';
import { journalPlace } from './journal/place.ts';

/** Every machine that shares the journal. Exits 1 where none serves. */
export async function fleetStatus(command: Command, json: boolean): Promise<void> {
  const { url, schema } = journalPlace(command);
  if (url === undefined) {
    throw new RequestError(
      'this machine is all there is: its journal is a file in the home. See it with `sluice status`; several machines: docs/fleet.md',
    );
  }
  const fleet = await fleetOf(url, schema);
  if (!fleet.instances.some(({ state }) => state === 'serving'))
    process.exitCode = ExitCode.FAILURE;
  if (json) return sayJson(fleet);
  for (const line of fleetLines(fleet, Date.now())) say(line);
}
