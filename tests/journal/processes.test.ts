import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { eventually } from '../harness/eventually.ts';
import { MACHINE, message, names, waiting } from './builders.ts';
import { onEveryEngine } from './engines.ts';
import { openJournal } from './open.ts';

/** A real process, ended at the latest when its test is; `lines` grows as it prints. */
function start(script: string, ...args: string[]): { child: ChildProcess; lines: string[] } {
  const path = fileURLToPath(new URL(`./processes/${script}`, import.meta.url));
  const child = spawn(process.execPath, [path, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines: string[] = [];
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    lines.push(line);
  });
  return { child, lines };
}

onEveryEngine('processes that share a journal', (place) => {
  it('lose no message, take none twice, and keep the order of each lane', async () => {
    const file = place();
    const journal = await openJournal(file);
    const accepted = await Promise.all(
      Array.from({ length: 400 }, (_, i) =>
        journal.accept(message(`m${i}`, `l${i % 10}`), waiting()),
      ),
    );
    const two = ['p1', 'p2'].map((name) => start('claimer.ts', file, name));
    for (const { lines } of two) await eventually('ready', () => lines[0] === 'ready', 20_000);
    const exits = two.map(({ child }) => once(child, 'close'));
    for (const { child } of two) child.stdin?.write('go\n');
    expect((await Promise.all(exits)).map(([code]) => code)).toEqual([0, 0]);

    const taken = two.map(({ lines }) => lines.slice(1).map((line) => line.split(' ')));
    const seqs = taken.flat().map(([, seq]) => Number(seq));
    expect(seqs.sort((a, b) => a - b)).toEqual(
      accepted.map((receipt) => (receipt.status === 'accepted' ? receipt.seq : -1)),
    );
    // One lane's turns never overlap, so within a process a lane's messages come in order.
    for (const lines of taken) {
      const last = new Map<string, number>();
      for (const [lane = '', seq] of lines) {
        expect(Number(seq)).toBeGreaterThan(last.get(lane) ?? 0);
        last.set(lane, Number(seq));
      }
    }
    expect(await journal.counts()).toMatchObject({ open: 0, outcomes: { answered: 400 } });
    await journal.close();
  });

  it('R06 R26 find after a SIGKILL everything that was acknowledged', async () => {
    const file = place();
    const { child, lines } = start('writer.ts', file);
    await eventually('some turns', () => lines.length > 300, 20_000);
    child.kill('SIGKILL');
    await once(child, 'close');

    const journal = await openJournal(file);
    const { turns } = await journal.adopt({ machine: MACHINE, allBut: [] }, 1);
    for (const line of lines) {
      const [what, id = ''] = line.split(' ');
      const found = await journal.message(id);
      if (what === 'ended') expect(found).toMatchObject({ outcome: 'answered' });
      else expect(found, id).toBeDefined();
    }
    const { accepted, open, outcomes, outbox } = await journal.counts();
    expect(accepted).toBe(open + outcomes.answered);
    expect(turns).toHaveLength(open);
    expect(outbox.prepared).toBe(outcomes.answered);
    for (const { id } of await journal.queued({ limit: 99 })) {
      expect((await names(journal, id)).at(-1)).toBe('adopted');
    }
    await journal.close();
  });

  it("hear of each other's commits, and not of their own", async () => {
    const file = place();
    const [one, two] = [await openJournal(file), await openJournal(file)];
    const heard = { one: 0, two: 0 };
    const stop = one.onForeignCommit(() => heard.one++);
    two.onForeignCommit(() => heard.two++);
    // It hears of commits from the moment on in which its worker has begun to watch. A value of its own
    // each time: SQLite writes no page that is the same as before.
    let n = 0;
    await eventually('the other hears', async () => {
      await one.setCursor('a', ++n);
      return heard.two > 0;
    });
    expect(heard.one).toBe(0);
    await two.setCursor('b', 1);
    await eventually('this one hears', () => heard.one > 0);
    stop();
    stop();
    await Promise.all([one.close(), two.close()]);
  });

  it('can open a new file at the same moment', async () => {
    const file = place();
    const all = await Promise.all(Array.from({ length: 4 }, () => openJournal(file)));
    await Promise.all(all.map((journal, i) => journal.setCursor(`c${i}`, i)));
    expect(await all[0]?.cursor('c3')).toBe(3);
    await Promise.all(all.map((journal) => journal.close()));
  });
});
