import { RequestError } from '../core/exit.ts';
import { laneKey } from '../core/lane.ts';
import type { Operations } from '../core/operations.ts';
import type { PairingRecord } from '../core/people.ts';
import type { Settings } from '../core/settings.ts';
import { type Notices, WORDS } from '../delivery/notices.ts';
import type { People } from '../people/people.ts';

type Pairing = Pick<Operations, 'pairings' | 'approvePairing' | 'revokePairing'>;

export interface PairingDeps {
  /** Absent where nobody can be let in. */
  readonly people?: People;
  readonly notices: Notices;
  readonly settings: Pick<Settings, 'groups'>;
}

/** How an owner lets strangers in, and takes that back. */
export function pairingOperations(deps: PairingDeps): Pairing {
  const { people } = deps;
  const needed = (): People => {
    if (people !== undefined) return people;
    throw new RequestError('This gateway lets nobody in by a code.');
  };
  return {
    pairings: async () => [...((await people?.list()) ?? [])].map(view),
    approvePairing: async (code) => {
      const record = await needed().approve(code);
      await welcome(record, deps);
      return view(record);
    },
    revokePairing: (who) => needed().revoke(who),
  };
}

function view({ chat: _, ...record }: PairingRecord) {
  return record;
}

/** Tells somebody who was let in, where the code was told to them. */
async function welcome(record: PairingRecord, { notices, settings }: PairingDeps): Promise<void> {
  const { platform, account, id, chat, at } = record;
  if (chat === undefined) return;
  const address = { platform, account, chat };
  const lane = laneKey({ address, direct: true, sender: { id, role: 'guest' } }, settings.groups);
  await notices.tell(`paired:${at}`, { address, lane }, WORDS.welcome);
}
