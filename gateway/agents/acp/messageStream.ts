import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { LineCutter } from '../shared/lines.ts';
import { isOfInterest } from './updates.ts';

/** Real agents print a notice or two on their standard output; one that goes on speaks something else. */
const GARBAGE_LIMIT = 50;
/** Messages may carry images. */
const MESSAGE_LIMIT = 32 * 1_048_576;

/**
 * JSON-RPC messages, one a line, over a child's standard input and output. The SDK has such a stream
 * too; this one tells of lines that are no message, ends at too many of them, and reads no faster than
 * messages are taken.
 */
export function messageStream(
  child: ChildProcessWithoutNullStreams,
  on: { garbage(line: string): void; tooMuchGarbage(): void },
): Stream {
  const { stdin, stdout } = child;
  let garbage = 0;
  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      const cutter = new LineCutter((line) => {
        if (line.trim() === '') return;
        try {
          const message = messageOf(line);
          if (isOfInterest(message)) controller.enqueue(message);
        } catch {
          garbage += 1;
          on.garbage(line.slice(0, 200));
          if (garbage === GARBAGE_LIMIT) on.tooMuchGarbage();
        }
      }, MESSAGE_LIMIT);
      stdout.on('data', (bytes: Buffer) => {
        if (garbage >= GARBAGE_LIMIT) return;
        cutter.push(bytes);
        if ((controller.desiredSize ?? 1) <= 0) stdout.pause();
      });
      stdout.on('error', () => {});
      stdout.on('close', () => {
        try {
          controller.close();
        } catch {
          // Cancelled from the other side already.
        }
      });
    },
    pull() {
      stdout.resume();
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write(message) {
      return new Promise((done, fail) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? fail(error) : done()));
      });
    },
  });
  return { readable, writable };
}

function messageOf(line: string): AnyMessage {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('jsonrpc' in value)) {
    throw new Error('no JSON-RPC message');
  }
  return value as AnyMessage;
}
