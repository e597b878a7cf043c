import { openPostgresJournal } from '../gateway/journal/postgres/client.ts';
import { settle, turn } from './journalTurn.ts';

/** What one process of `fleet` is to do, as a JSON text in its arguments. */
export interface Work {
  readonly url: string;
  readonly name: string;
  readonly lanes: number;
  readonly turns: number;
  /** Also write that each reply was sent, which no turn waits for. */
  readonly settles: boolean;
}

/** An instance of a fleet, without its platforms and agents: it says `ready`, and works through its turns when told. */
async function work({ url, name, lanes, turns, settles }: Work): Promise<void> {
  const journal = await openPostgresJournal({ url });
  const now = Date.now();
  await journal.join({
    id: name,
    machine: name,
    generation: 1,
    version: 'bench',
    pid: process.pid,
    startedAt: now,
    until: now + 600_000,
    draining: false,
  });
  process.send?.('ready');
  await new Promise((told) => process.once('message', told));
  const settling: Promise<void>[] = [];
  await Promise.all(
    Array.from({ length: lanes }, async (_, l) => {
      for (let i = 0; i < turns / lanes; i++) {
        const id = `${name}-${l}-${i}`;
        await turn(journal, { id, lane: `${name}-${l}`, holder: name });
        if (settles) settling.push(settle(journal, id));
      }
    }),
  );
  await Promise.all(settling);
  process.send?.({ cpu: process.cpuUsage() });
  await journal.leave(name);
  await journal.close();
  process.disconnect();
}

await work(JSON.parse(process.argv[2] ?? '') as Work);
