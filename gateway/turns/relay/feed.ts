import type { Duplex } from 'node:stream';
import { type Clock, SECOND, type Timer } from '../../core/clock.ts';
import type { Progress } from '../../core/progress.ts';
import type { ProgressBus } from '../../delivery/progressBus.ts';
import type { Turns } from '../turns.ts';

export interface FeedDeps {
  readonly bus: ProgressBus;
  readonly turns: Pick<Turns, 'all'>;
  readonly clock: Clock;
}

/** A reader that lets this much pile up is let go; it reads the journal instead. In bytes. */
const PILE = 8 << 20;
/** How often an empty line says that this instance lives. */
export const BEAT = 3 * SECOND;

/**
 * Tells one reader the progress of this instance's own turns, one line of JSON an item: first what runs
 * and what it has said so far, then what happens.
 */
export function feed(socket: Duplex, { bus, turns, clock }: FeedDeps): void {
  const put = (line: string) => {
    if (socket.writableLength > PILE) socket.destroy();
    else if (socket.writable) socket.write(`${line}\n`);
  };
  const write = (progress: Progress) => put(JSON.stringify(progress));
  for (const active of turns.all()) {
    const { lane, turn, session, attempt, messages } = active.turn;
    const ids = messages.map((m) => m.id);
    const { name: agent } = active.agent;
    write({ type: 'started', lane, turn, session, attempt, messages: ids, agent });
    if (active.text !== '') write({ type: 'text', lane, turn, delta: active.text });
    const { question } = active;
    if (question !== undefined) write({ type: 'asked', lane, turn, question, again: true });
  }
  // What runs has been told. An older reader takes it for what it says.
  write({ type: 'status' });
  const stop = bus.subscribe((progress) => {
    if (progress.type !== 'status') write(progress);
  }, 'here');
  let timer: Timer;
  const beat = () => {
    put('');
    timer = clock.after(BEAT, beat);
  };
  timer = clock.after(BEAT, beat);
  socket.once('close', () => {
    stop();
    timer.cancel();
  });
}
