/**
 * Files by their content, named `sha256:…`, so that the same photo sent ten times is one file. It also
 * remembers which content a platform's handle stood for, so that a turn that is taken up by another
 * instance fetches nothing twice. Several processes may share a store: a file appears whole or not at all.
 */
export interface FileStore {
  /**
   * Takes a stream in; returns its `sha256:…`. A stream that grows past `maxBytes` is ended there.
   * @throws Error for that, and whatever the stream throws; nothing is left behind.
   */
  put(
    body: AsyncIterable<Uint8Array>,
    maxBytes: number,
  ): Promise<{ readonly ref: string; readonly size: number }>;
  /** In pieces. @throws RequestError for a reference that is not in the store (any more). */
  stream(ref: string): AsyncIterable<Uint8Array>;
  has(ref: string): Promise<boolean>;
  /** The content that a handle stood for, if it is still here. `owner` keeps accounts' handles apart. */
  known(owner: string, handle: string): Promise<string | undefined>;
  remember(owner: string, handle: string, ref: string): Promise<void>;
  /**
   * Removes what was not used for `keepMs`, then the oldest until `totalBytes` are left. Returns how
   * many files went. `now` in epoch milliseconds. Half-written files go after a day.
   */
  sweep(now: number, keepMs: number, totalBytes: number): Promise<number>;
}

const REF = /^sha256:([0-9a-f]{64})$/;

/** The hash in a reference to a file of a store; undefined for anything else. */
export function hashIn(ref: string): string | undefined {
  return REF.exec(ref)?.[1];
}
