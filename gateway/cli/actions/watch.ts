import { once } from 'node:events';
import { controlClient } from '../../control/client.ts';

const EVERY_MS = 1_000;

/**
 * Draws again whenever the gateway's state changes, at most once a second, and every two seconds in
 * any case; until Ctrl-C. On a terminal in place, elsewhere one block after another.
 */
export async function watch(home: string, draw: () => Promise<string>): Promise<void> {
  const stop = new AbortController();
  once(process, 'SIGINT').then(() => stop.abort());
  const tty = process.stdout.isTTY === true;
  let last = '';
  while (!stop.signal.aborted) {
    const text = await draw();
    // Home, the text with each line's rest erased, then what was below it.
    if (tty) process.stdout.write(`\x1b[H\x1b[2J${text}\n`);
    else if (text !== last) process.stdout.write(`${text}\n\n`);
    last = text;
    await pause(EVERY_MS, stop.signal);
    if (!stop.signal.aborted) await changed(home, EVERY_MS, stop.signal);
  }
}

/** Resolves at the next progress of the gateway, or after a while. Never rejects. */
async function changed(home: string, ms: number, stop: AbortSignal): Promise<void> {
  const signal = AbortSignal.any([stop, AbortSignal.timeout(ms)]);
  try {
    for await (const _progress of controlClient(home).events(signal)) return;
  } catch {
    // Nobody there, or the time is up.
  }
  await pause(0, signal);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    const timer = setTimeout(done, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        done();
      },
      { once: true },
    );
  });
}
