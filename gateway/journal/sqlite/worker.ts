import { parentPort, receiveMessageOnPort } from 'node:worker_threads';
import { runBatch } from './batch.ts';
import type { Connection } from './connection.ts';
import { openFile } from './file.ts';
import { type Call, type FromWorker, type Opening, type ToWorker, toWire } from './protocol.ts';

/** How often to look for commits of other processes, in milliseconds. */
const WATCH_MS = 20;

const port = parentPort;
if (port === null)
  throw new Error('This file is the journal’s worker thread; nothing else runs it.');
const post = (message: FromWorker): void => port.postMessage(message);

// Some versions of Node announce SQLite as experimental; no other warning is held back.
const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
process.emitWarning = ((warning: string | Error, ...rest: unknown[]) => {
  if (!String(warning).includes('SQLite is an experimental feature')) emitWarning(warning, ...rest);
}) as typeof process.emitWarning;

port.once('message', ({ open: { file, maxBytes } }: Opening) => {
  try {
    serve(openFile(file, maxBytes === undefined ? {} : { maxBytes }));
  } catch (error) {
    post({ failed: toWire(error) });
    port.close();
  }
});

/** One connection, one mailbox: what waits in it when a commit is done goes into the next one. */
function serve(connection: Connection): void {
  let watch: NodeJS.Timeout | undefined;
  port?.on('message', (first: ToWorker) => {
    let calls: Call[] = [];
    const commit = (): void => {
      if (calls.length === 0) return;
      const replies = runBatch(connection, calls, (event) => post({ event }));
      calls = [];
      post({ replies });
    };
    for (let message: ToWorker | undefined = first; message !== undefined; message = next()) {
      if ('calls' in message) {
        calls.push(...message.calls);
      } else if ('watch' in message) {
        clearInterval(watch);
        watch = message.watch ? watchForeign(connection) : undefined;
      } else {
        commit();
        clearInterval(watch);
        close(connection);
        return;
      }
    }
    commit();
  });
  post({ ready: true });
}

function next(): ToWorker | undefined {
  return (port && receiveMessageOnPort(port))?.message as ToWorker | undefined;
}

/** `data_version` changes only by commits of other connections (https://sqlite.org/pragma.html#pragma_data_version). */
function watchForeign(connection: Connection): NodeJS.Timeout {
  const version = (): number | undefined =>
    connection.get<{ data_version: number }>('PRAGMA data_version')?.data_version;
  let seen = version();
  const timer = setInterval(() => {
    try {
      const now = version();
      if (now === seen) return;
      seen = now;
      post({ foreign: true });
    } catch {
      // A lock or a fault of the disk: calls report it, and the next look comes soon.
    }
  }, WATCH_MS);
  return timer.unref();
}

function close(connection: Connection): void {
  try {
    connection.db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch {
    // Another process reads or writes: the WAL stays, and is as durable as the file.
  }
  connection.db.close();
  post({ closed: true });
  port?.close();
}
