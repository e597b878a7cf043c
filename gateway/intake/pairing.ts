import { RequestError } from '../core/exit.ts';
import { laneKey } from '../core/lane.ts';
import type { Operations } from '../core/operations.ts';
import type { PairingRecord } from '../core/people.ts';
import { notify, WORDS } from '../delivery/notices.ts';
import type { Shop } from '../instance/shop.ts';
import type { People } from '../people/people.ts';

type Pairing = Pick<Operations, 'pairings' | 'approvePairing' | 'revokePairing'>;

/** How an owner lets strangers in, and takes that back. `people` is absent where nobody can be let in. */
export function pairingOperations(shop: Shop, people: People | undefined): Pairing {
  const needed = (): People => {
    if (people !== undefined) return people;
    throw new RequestError('This gateway lets nobody in by a code.');
  };
  return {
    pairings: async () => [...((await people?.list()) ?? [])].map(view),
    approvePairing: async (code) => {
      const record = await needed().approve(code);
      await welcome(shop, record);
      return view(record);
    },
    revokePairing: (who) => needed().revoke(who),
  };
}

function view({ chat: _, ...record }: PairingRecord) {
  return record;
}

/** Tells somebody who was let in, where the code was told to them. */
async function welcome(shop: Shop, record: PairingRecord): Promise<void> {
  const { platform, account, id, chat, at } = record;
  if (chat === undefined) return;
  const address = { platform, account, chat };
  const lane = laneKey(
    { address, direct: true, sender: { id, role: 'guest' } },
    shop.settings.groups,
  );
  await notify(shop, `paired:${at}`, { address, lane }, WORDS.welcome);
}
