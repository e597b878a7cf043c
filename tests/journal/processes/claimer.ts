import { once } from 'node:events';
import { answered, claimBy, join } from '../builders.ts';
import { openJournal } from '../open.ts';

/** Takes turns until no message is open, and prints the message of each: `claimer.ts FILE NAME`. */
const [file = '', name = ''] = process.argv.slice(2);
const journal = await openJournal(file);
await join(journal, name);
console.log('ready');
await once(process.stdin, 'data');
while ((await journal.counts()).open > 0) {
  for (const turn of await journal.claimAny(claimBy(name), 3)) {
    for (const message of turn.messages) console.log(`${message.lane} ${message.seq}`);
    await journal.endTurn(turn, answered(turn));
  }
}
await journal.close();
process.exit(0);
