import { spawn } from 'node:child_process';
import { StringDecoder } from 'node:string_decoder';
import { CannotCheck } from './errors.ts';
import type { Ident } from './model.ts';

/**
 * One commit as `git log` gives it, decoded to UTF-8 by git itself. Its texts are cut from the
 * output without being copied: whoever keeps one past the next commits takes an `own` copy.
 */
export interface Commit {
  readonly sha: string;
  readonly merge: boolean;
  /** The parents' shas, with a space between them. */
  readonly parents: string;
  /** After .mailmap. The same object for all commits of this name and address. */
  readonly author: Ident;
  /** As written in the commit; `author` itself where .mailmap changed nothing. */
  readonly raw: Ident;
  readonly message: string;
}

const FIELDS = ['%H', '%P', '%an', '%ae', '%aN', '%aE', '%B'];

/**
 * The arguments of the one `git log` that reads history; the bench times the same.
 * @param pathspecs behind a `--`
 */
export function logArgs(
  revisions: readonly string[],
  pathspecs: readonly string[] = ['--'],
): string[] {
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
    ...pathspecs,
  ];
}

/** A `git log` that runs. */
export interface History {
  /** The commits, newest first, as many at a time as have come. To be read once. */
  readonly commits: AsyncIterable<Commit[]>;
  /** Ends git, where it has not ended. */
  stop(): void;
}

/**
 * Streams the commits of `revisions` (as of `git rev-list`).
 * @throws CannotCheck as `openHistory`.
 */
export async function* readHistory(
  dir: string,
  revisions: readonly string[],
  pathspecs?: readonly string[],
): AsyncGenerator<Commit[]> {
  const history = openHistory(dir, revisions, pathspecs);
  try {
    yield* history.commits;
  } finally {
    history.stop();
  }
}

/**
 * Starts reading, so that git walks while we do something else. Records are a fixed number of
 * NUL-ended fields, since a message can hold every other byte; git itself cuts a message at a NUL.
 * Reading throws CannotCheck when git fails or its output ends inside a record.
 */
export function openHistory(
  dir: string,
  revisions: readonly string[],
  pathspecs?: readonly string[],
): History {
  const child = spawn('git', ['-C', dir, ...logArgs(revisions, pathspecs)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Into a pipe git would write each commit by itself (git(1), GIT_FLUSH), and be read as often.
    env: { ...process.env, GIT_FLUSH: '0' },
  });
  // Node throws away what nobody listens for when a process ends before it is read.
  child.stdout.on('readable', () => {});
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
  async function* read() {
    yield* parseRecords(inLargePieces(child.stdout));
    const code = await closed;
    if (code !== 0) throw new CannotCheck(`git log failed: ${stderr.trim()}`);
  }
  return {
    commits: read(),
    stop: () => {
      if (child.exitCode === null) child.kill();
      child.stdout.destroy();
    },
  };
}

/** What a pipe holds at most on Linux and macOS, in bytes, and how long git fills half of it at least, in ms. */
const PIPE = 65_536;
const FILLS_IN = 0.5;
const SHORT_HISTORY = 4_000_000;

/**
 * Lets a pipe fill again behind a small piece. Read as soon as there is anything, it gives what git
 * writes at once, some 4 KiB: sixteen wake-ups for one, which take longer than the commits in them.
 * A short history is over before that pays.
 */
async function* inLargePieces(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  let read = 0;
  for await (const chunk of chunks) {
    yield chunk;
    read += chunk.length;
    if (read > SHORT_HISTORY && chunk.length < PIPE / 2) Atomics.wait(nobody, 0, 0, FILLS_IN);
  }
}

/** Cuts a stream of `git log -z` bytes into commits. Pure but for its input. */
export async function* parseRecords(chunks: AsyncIterable<Buffer>): AsyncGenerator<Commit[]> {
  // A chunk may end inside a character.
  const decoder = new StringDecoder('utf8');
  const authors = new Map<string, Authors>();
  let rest: string[] = [];
  for await (const chunk of chunks) {
    rest.push(decoder.write(chunk));
    // A huge message comes in many chunks, and is joined once.
    if (!rest.at(-1)!.includes('\0')) continue;
    const text = rest.length === 1 ? rest[0]! : rest.join('');
    const commits: Commit[] = [];
    const end = cut(text, commits, authors);
    rest = end === text.length ? [] : [text.slice(end)];
    if (commits.length > 0) yield commits;
  }
  if (rest.length > 0 || decoder.end() !== '') {
    throw new CannotCheck('git log ended inside a record');
  }
}

interface Authors {
  readonly raw: Ident;
  readonly author: Ident;
}

/** Adds the whole records of `text` to `commits`; gives where the one begins that is not whole. */
function cut(text: string, commits: Commit[], known: Map<string, Authors>): number {
  const ends = new Array<number>(FIELDS.length).fill(0);
  for (let start = 0; ; ) {
    let end = start - 1;
    for (let field = 0; field < ends.length; field += 1) {
      end = text.indexOf('\0', end + 1);
      if (end === -1) return start;
      ends[field] = end;
    }
    const [sha, parents, , , , email, message] = ends as [number, number, ...number[]];
    const key = text.slice(parents + 1, email);
    let authors = known.get(key);
    if (authors === undefined) {
      authors = toAuthors(own(key));
      known.set(own(key), authors);
    }
    const body = text.slice(email! + 1, message);
    commits.push({
      sha: text.slice(start, sha),
      merge: parents > sha + 1 && text.lastIndexOf(' ', parents) > sha,
      parents: text.slice(sha + 1, parents),
      ...authors,
      message: body.includes('\r') ? body.replaceAll('\r\n', '\n') : body,
    });
    start = message! + 1;
  }
}

function toAuthors(key: string): Authors {
  const [rawName, rawEmail, name, email] = key.split('\0') as [string, string, string, string];
  const author = { name, email };
  return rawName === name && rawEmail === email
    ? { author, raw: author }
    : { author, raw: { name: rawName, email: rawEmail } };
}

/**
 * A copy of a text that does not keep alive the longer one it was cut from. V8 has no call for it,
 * but writes a text that was put together anew before it cuts from it.
 */
export function own(text: string): string {
  return ` ${text}`.slice(1);
}
