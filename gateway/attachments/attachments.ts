import { SECOND } from '../core/clock.ts';
import { accountKey } from '../core/lane.ts';
import type { Log } from '../core/log.ts';
import type { Address, Attachment } from '../core/message.ts';
import { type FileStore, hashIn } from '../journal/fileStore.ts';
import type { Platform } from '../platforms/platform.ts';
import type { AttachmentsOptions } from './options.ts';
import { AttachmentStore } from './store.ts';

export interface AttachmentsDeps {
  /** The folder of the store; every instance of a home uses the same. */
  readonly dir: string;
  /** What other machines can read, too: files are put there as well, and fetched from there. */
  readonly shared?: FileStore;
  readonly platformOf: (address: Address) => Platform | undefined;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** The files of a turn, and a line for the agent about each that is missing. */
export interface FetchedFiles {
  readonly attachments: readonly Attachment[];
  readonly notes: readonly string[];
}

/** The files that people send: fetched before a turn starts, kept by content, read by agents. */
export class Attachments {
  readonly #options: AttachmentsOptions;
  readonly #deps: AttachmentsDeps;
  readonly #store: AttachmentStore;

  constructor(options: AttachmentsOptions, deps: AttachmentsDeps) {
    this.#options = options;
    this.#deps = deps;
    this.#store = new AttachmentStore(deps.dir);
  }

  /**
   * Fetches the files of a turn, one after the other, into the store: their refs become `sha256:…`.
   * Never rejects: a file that cannot be had is a note, not a failed turn.
   */
  async fetch(
    address: Address,
    attachments: readonly Attachment[],
    signal: AbortSignal,
  ): Promise<FetchedFiles> {
    const { max_count, enabled } = this.#options;
    const fetched: Attachment[] = [];
    const notes: string[] = [];
    for (const [n, attachment] of attachments.entries()) {
      try {
        if (!enabled) throw new Error('files are not fetched here');
        if (n >= max_count) throw new Error(`only ${max_count} files of one message are`);
        fetched.push(await this.#fetchOne(address, attachment, signal));
      } catch (error) {
        const what =
          attachment.name === undefined
            ? attachment.kind
            : `${attachment.kind} "${attachment.name}"`;
        const why = (error as Error).message;
        notes.push(`[The ${what} could not be fetched: ${why}.]`);
        this.#deps.log.warn({ address, kind: attachment.kind, why }, 'a file could not be fetched');
      }
    }
    return { attachments: fetched, notes };
  }

  /** The bytes of a fetched file. @throws RequestError when it is no longer kept. */
  readonly readFile = async ({ ref }: Attachment): Promise<Uint8Array> => {
    if (!(await this.#store.has(ref))) await this.#bring(ref);
    return this.#store.read(ref);
  };

  /** Where a fetched file lies; undefined for one that is not in the store. Not to be written to. */
  readonly pathOf = ({ ref }: Attachment): string | undefined => this.#store.pathOf(ref);

  /** Removes what is old or too much; called now and then by one instance. */
  async sweep(): Promise<void> {
    const { keep, total } = this.#options;
    const removed = await this.#store.sweep(this.#deps.now(), keep * SECOND, total);
    await this.#deps.shared?.sweep(this.#deps.now(), keep * SECOND, total);
    if (removed > 0) this.#deps.log.info({ removed }, 'old files were removed');
  }

  async #fetchOne(
    address: Address,
    attachment: Attachment,
    signal: AbortSignal,
  ): Promise<Attachment> {
    const { max_size, types, timeout } = this.#options;
    if ((await this.#store.has(attachment.ref)) || (await this.#bring(attachment.ref)))
      return attachment;
    refuseType(attachment.type, types);
    if (attachment.size !== undefined && attachment.size > max_size) {
      throw new Error(`it is larger than ${max_size} bytes`);
    }
    const owner = accountKey(address);
    const known = await this.#known(owner, attachment.ref);
    if (known !== undefined) return { ...attachment, ref: known };
    const platform = this.#deps.platformOf(address);
    if (platform?.open === undefined) throw new Error(`${address.platform} gives no files`);
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeout * SECOND)]);
    const opened = await platform.open(attachment, limit);
    const type = attachment.type ?? opened.type;
    refuseType(type, types);
    const { ref, size } = await this.#store.put(opened.body, max_size);
    await this.#store.remember(owner, attachment.ref, ref);
    await this.#share(owner, attachment.ref, ref);
    return { ...attachment, ref, size, ...(type === undefined ? {} : { type }) };
  }

  /** Fetched before, by this machine or another one. */
  async #known(owner: string, handle: string): Promise<string | undefined> {
    const here = await this.#store.known(owner, handle);
    if (here !== undefined) {
      await this.#share(owner, handle, here);
      return here;
    }
    const there = await this.#quietly((shared) => shared.known(owner, handle));
    return there !== undefined && (await this.#bring(there)) ? there : undefined;
  }

  /** Puts a file where other machines find it. Without it the turn goes on all the same. */
  async #share(owner: string, handle: string, ref: string): Promise<void> {
    await this.#quietly(async (shared) => {
      if (!(await shared.has(ref)))
        await shared.put(this.#store.stream(ref), this.#options.max_size);
      await shared.remember(owner, handle, ref);
    });
  }

  /** Fetches a file that another machine has shared. `false`: there is none. */
  async #bring(ref: string): Promise<boolean> {
    const brought = await this.#quietly(async (shared) => {
      if (hashIn(ref) === undefined || !(await shared.has(ref))) return undefined;
      return this.#store.put(shared.stream(ref), this.#options.max_size);
    });
    return brought?.ref === ref;
  }

  /** Does something with the shared store, if there is one. Its failure is never a turn's. */
  async #quietly<T>(work: (shared: FileStore) => Promise<T>): Promise<T | undefined> {
    const { shared, log } = this.#deps;
    if (shared === undefined) return undefined;
    try {
      return await within(this.#options.timeout * SECOND, work(shared));
    } catch (error) {
      log.warn({ err: error }, 'a file could not be shared with other machines');
      return undefined;
    }
  }
}

/** @throws Error when it takes longer. What it does goes on by itself. */
async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took more than ${ms / SECOND} s`)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

function refuseType(type: string | undefined, types: readonly string[]): void {
  if (type === undefined || types.includes('*/*')) return;
  const plain = type.split(';')[0]?.trim().toLowerCase() ?? '';
  const fits = types.some(
    (one) => one === plain || (one.endsWith('/*') && plain.startsWith(one.slice(0, -1))),
  );
  if (!fits) throw new Error(`files of type ${plain} are not fetched here`);
}
