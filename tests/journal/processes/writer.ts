import { answered, join, message, starting, turnOf } from '../builders.ts';
import { openJournal } from '../open.ts';

/** Runs turns on ten lanes without end and prints what was acknowledged: `writer.ts FILE`. */
const journal = await openJournal(process.argv[2] ?? '');
await join(journal, 'w');
await Promise.all(
  Array.from({ length: 10 }, async (_, lane) => {
    for (let i = 0; ; i++) {
      const id = `m-${lane}-${i}`;
      const turn = turnOf(await journal.accept(message(id, `l${lane}`), starting('w')));
      process.stdout.write(`accepted ${id}\n`);
      await journal.endTurn(turn, answered(turn));
      process.stdout.write(`ended ${id}\n`);
    }
  }),
);
