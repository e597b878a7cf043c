import { createHash, hash, randomUUID } from 'node:crypto';
import type { Sql } from 'postgres';
import { DAY } from '../../core/clock.ts';
import { RequestError } from '../../core/exit.ts';
import { type FileStore, hashIn } from '../fileStore.ts';
import { connect } from './database.ts';

/** A row holds this much of a file, in bytes; so much of it is in memory at a time. */
const PIECE = 256 << 10;
/** Seconds after which a connection that no file has needed is closed. */
const IDLE = 30;

type Row = Record<string, unknown>;

/**
 * The files of a fleet, in the database beside its journal: over a connection of its own, since a large file
 * must not hold up the journal's calls. A file is written under a name of its own, piece by piece, and gets its
 * hash when it is whole.
 */
export class PostgresFiles implements FileStore {
  readonly #sql: Sql;
  readonly #schema: string;

  constructor(url: string, schema: string) {
    this.#sql = connect(url, { max: 1, idle_timeout: IDLE });
    this.#schema = schema;
  }

  async put(body: AsyncIterable<Uint8Array>, maxBytes: number) {
    const id = randomUUID();
    const sum = createHash('sha256');
    let size = 0;
    await this.#run(`INSERT INTO sluice.files (id, size, used_at) VALUES ($1, 0, sluice.clock())`, [
      id,
    ]);
    try {
      let nth = 0;
      for await (const piece of inPieces(body)) {
        size += piece.length;
        if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
        sum.update(piece);
        const text = 'INSERT INTO sluice.file_pieces (file, nth, bytes) VALUES ($1, $2, $3::bytea)';
        await this.#run(text, [id, nth++, piece]);
      }
      const hex = sum.digest('hex');
      await this.#name(id, hex, size);
      return { ref: `sha256:${hex}`, size };
    } catch (error) {
      await this.#run('DELETE FROM sluice.files WHERE id = $1', [id]).catch(() => {});
      throw error;
    }
  }

  async *stream(ref: string): AsyncGenerator<Uint8Array> {
    const hex = hashIn(ref);
    if (hex === undefined) throw new RequestError(`${ref.slice(0, 40)} names no file of the store`);
    const [file] = await this.#run('SELECT id, size FROM sluice.files WHERE hash = $1', [hex]);
    let left = file === undefined ? -1 : Number(file.size);
    for (let nth = 0; left !== 0; nth++) {
      const text = 'SELECT bytes FROM sluice.file_pieces WHERE file = $1 AND nth = $2';
      const [piece] = file === undefined ? [] : await this.#run(text, [file.id, nth]);
      if (piece === undefined)
        throw new RequestError(`the file ${ref.slice(0, 19)}… is no longer kept`);
      const bytes = piece.bytes as Uint8Array;
      left -= bytes.length;
      yield bytes;
    }
  }

  /** What is asked for is young again. */
  async has(ref: string): Promise<boolean> {
    const text = 'UPDATE sluice.files SET used_at = sluice.clock() WHERE hash = $1 RETURNING hash';
    return (await this.#run(text, [hashIn(ref) ?? ''])).length > 0;
  }

  async known(owner: string, handle: string): Promise<string | undefined> {
    const text = `UPDATE sluice.file_handles h SET used_at = sluice.clock() FROM sluice.files f
      WHERE h.handle = $1 AND f.hash = h.hash RETURNING h.hash`;
    const [row] = await this.#run(text, [handleKey(owner, handle)]);
    return row === undefined ? undefined : `sha256:${row.hash}`;
  }

  async remember(owner: string, handle: string, ref: string): Promise<void> {
    const text = `INSERT INTO sluice.file_handles (handle, hash, used_at) VALUES ($1, $2, sluice.clock())
      ON CONFLICT (handle) DO UPDATE SET hash = excluded.hash, used_at = excluded.used_at`;
    await this.#run(text, [handleKey(owner, handle), hashIn(ref) ?? '']);
  }

  async sweep(now: number, keepMs: number, totalBytes: number): Promise<number> {
    const old = now - keepMs;
    const gone = await this.#run(
      `DELETE FROM sluice.files WHERE id IN (SELECT id FROM (
         SELECT id, used_at, sum(size) OVER (ORDER BY used_at DESC, id) AS total FROM sluice.files WHERE hash IS NOT NULL
       ) f WHERE used_at < $1 OR total > $2) RETURNING id`,
      [old, totalBytes],
    );
    await this.#run('DELETE FROM sluice.files WHERE hash IS NULL AND used_at < $1', [now - DAY]);
    await this.#run('DELETE FROM sluice.file_handles WHERE used_at < $1', [old]);
    return gone.length;
  }

  async close(): Promise<void> {
    await this.#sql.end({ timeout: 5 });
  }

  /** Gives a whole file its hash; where another one has it, that one is kept. */
  async #name(id: string, hex: string, size: number): Promise<void> {
    const text =
      'UPDATE sluice.files SET hash = $2, size = $3, used_at = sluice.clock() WHERE id = $1';
    try {
      await this.#run(text, [id, hex, size]);
    } catch (error) {
      // Unique: the same content is there.
      if ((error as { code?: unknown }).code !== '23505') throw error;
      await this.#run('DELETE FROM sluice.files WHERE id = $1', [id]);
      await this.has(`sha256:${hex}`);
    }
  }

  async #run(text: string, values: readonly unknown[]): Promise<readonly Row[]> {
    const own = text.replaceAll('sluice.', `${this.#schema}.`);
    return this.#sql.unsafe<Row[]>(own, [...values] as never[], { prepare: true });
  }
}

function handleKey(owner: string, handle: string): string {
  return hash('sha256', `${owner}\0${handle}`);
}

/** Pieces of one size, but for the last, whatever they come in. */
async function* inPieces(body: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    waiting.push(chunk);
    length += chunk.length;
    if (length < PIECE) continue;
    const all = Buffer.concat(waiting);
    let from = 0;
    for (; all.length - from >= PIECE; from += PIECE) yield all.subarray(from, from + PIECE);
    waiting = [all.subarray(from)];
    length = all.length - from;
  }
  if (length > 0) yield Buffer.concat(waiting);
}
