import { spawn } from 'node:child_process';
import { CannotCheck } from './errors.ts';
import type { Ident } from './model.ts';

/** One commit as `git log` gives it, decoded to UTF-8 by git itself. */
export interface Commit {
  readonly sha: string;
  readonly parents: readonly string[];
  /** As written in the commit. */
  readonly raw: Ident;
  /** After .mailmap. */
  readonly author: Ident;
  readonly time: number;
  readonly message: string;
}

const FIELDS = ['%H', '%P', '%an', '%ae', '%aN', '%aE', '%ct', '%B'];

/** The arguments of the one `git log` that reads history; the bench times the same. */
export function logArgs(revisions: readonly string[]): string[] {
  return [
    '-c',
    'log.showSignature=false',
    'log',
    '-z',
    '--no-color',
    '--no-patch',
    '--encoding=UTF-8',
    `--format=tformat:${FIELDS.join('%x00')}`,
    ...revisions,
    '--',
  ];
}

/**
 * Streams the commits of `revisions` (as of `git rev-list`), newest first. Records are a fixed
 * number of NUL-ended fields, since a message can hold every other byte; git itself cuts a
 * message at a NUL.
 * @throws CannotCheck when git fails or its output ends inside a record.
 */
export async function* readHistory(
  dir: string,
  revisions: readonly string[],
): AsyncGenerator<Commit> {
  const child = spawn('git', ['-C', dir, ...logArgs(revisions)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk;
  });
  const closed = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code));
  });
  // A spawn error must not be an unhandled rejection while the stream is still read.
  closed.catch(() => {});
  try {
    yield* parseRecords(child.stdout);
    const code = await closed;
    if (code !== 0) throw new CannotCheck(`git log failed: ${stderr.trim()}`);
  } finally {
    if (child.exitCode === null) child.kill();
  }
}

/** Cuts a stream of `git log -z` bytes into commits. Pure but for its input. */
export async function* parseRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<Commit> {
  let fields: string[] = [];
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(0); end !== -1; end = chunk.indexOf(0, start)) {
      // Bytes are joined before they are decoded: a chunk may end inside a character.
      if (rest.length === 0) fields.push(chunk.toString('utf8', start, end));
      else {
        rest.push(chunk.subarray(start, end));
        fields.push(Buffer.concat(rest).toString('utf8'));
        rest = [];
      }
      start = end + 1;
      if (fields.length === FIELDS.length) {
        yield toCommit(fields);
        fields = [];
      }
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (fields.length > 0 || rest.length > 0) {
    throw new CannotCheck('git log ended inside a record');
  }
}

function toCommit(f: string[]): Commit {
  return {
    sha: f[0]!,
    parents: f[1] === '' ? [] : f[1]!.split(' '),
    raw: { name: f[2]!, email: f[3]! },
    author: { name: f[4]!, email: f[5]! },
    time: Number(f[6]),
    message: f[7]!.includes('\r') ? f[7]!.replaceAll('\r\n', '\n') : f[7]!,
  };
}
