import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** A line that grows past this, in UTF-16 units, is no item of ours. */
const LONGEST = 16 << 20;

/** Calls `take` with each line of a stream as it comes; a line that grows without an end ends the stream. */
export function takeLines(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = decoder.write(chunk).split('\n');
    lines[0] = rest + lines[0];
    rest = lines.pop() as string;
    for (const line of lines) take(line);
    if (rest.length > LONGEST) stream.destroy(new Error('it sent a line without an end'));
  });
}
