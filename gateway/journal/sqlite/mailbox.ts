import { Worker } from 'node:worker_threads';
import { JournalUnavailable } from '../../core/exit.ts';
import type { Journal } from '../journal.ts';
import type { Op } from './ops.ts';
import {
  type Call,
  type FromWorker,
  fromWire,
  type JournalEvent,
  type Opening,
  type ToWorker,
  type WorkerOptions,
} from './protocol.ts';

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

const WORKER = import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js';

/** The worker's thread. It loads its modules and waits to be told its file. */
export function startWorker(): Worker {
  return new Worker(new URL(WORKER, import.meta.url));
}

/**
 * The main thread's end of the worker. States: opening (until the worker says ready), open, closing
 * (from `close()` on: new calls are refused, those under way are finished), ended. The worker keeps the
 * process alive only while a call waits for its answer.
 */
export class Mailbox {
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #file: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners = new Set<() => void>();
  readonly #ended: Promise<void>;
  #outgoing: Call[] = [];
  #nextId = 1;
  #refused: string | undefined;

  constructor(
    worker: Worker,
    { file, maxBytes }: WorkerOptions,
    onEvent: (event: JournalEvent) => void,
  ) {
    this.#file = file;
    this.#worker = worker;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.#worker.on('message', (message: FromWorker) => {
      if ('replies' in message) this.#settle(message.replies);
      else if ('foreign' in message) for (const listener of [...this.#listeners]) listener();
      else if ('event' in message) onEvent(message.event);
      else if ('ready' in message) this.#idle(resolve);
      else if ('failed' in message) reject(fromWire(message.failed));
    });
    this.#worker.on('error', (error) => {
      this.#fail(`its worker failed: ${error.message}`);
      reject(new JournalUnavailable(`The journal ${file} can't be opened: ${error.message}.`));
    });
    worker.postMessage({ open: { file, maxBytes } } satisfies Opening);
    this.#ended = new Promise((done) => {
      this.#worker.on('exit', () => {
        this.#fail('its worker has ended');
        done();
      });
    });
  }

  /** Calls made in one turn of the event loop travel together. */
  call<K extends Op>(op: K, args: Parameters<Journal[K]>): ReturnType<Journal[K]> {
    return new Promise((resolve, reject) => {
      if (this.#refused !== undefined) {
        reject(this.#unavailable(this.#refused));
        return;
      }
      const id = this.#nextId++;
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(id, { resolve: resolve as Pending['resolve'], reject });
      if (this.#outgoing.push({ id, op, args }) === 1) setImmediate(() => this.#flush());
    }) as ReturnType<Journal[K]>;
  }

  listen(listener: () => void): () => void {
    const own = (): void => listener();
    this.#listeners.add(own);
    if (this.#listeners.size === 1) this.#post({ watch: true });
    return () => {
      if (this.#listeners.delete(own) && this.#listeners.size === 0) this.#post({ watch: false });
    };
  }

  close(): Promise<void> {
    if (this.#refused === undefined) {
      this.#refused = 'it is closed';
      this.#worker.ref();
      this.#flush();
      this.#listeners.clear();
      this.#post({ close: true });
    }
    return this.#ended;
  }

  #flush(): void {
    if (this.#outgoing.length === 0) return;
    const calls = this.#outgoing;
    this.#outgoing = [];
    try {
      this.#post({ calls });
    } catch (error) {
      // Something in one call can't be cloned; find out which, so that it spoils no other.
      if (calls.length > 1) for (const call of calls) this.#sendAlone(call);
      else
        this.#settle(
          calls.map(({ id }) => ({ id, error: { name: 'Error', message: String(error) } })),
        );
    }
  }

  #sendAlone(call: Call): void {
    this.#outgoing = [call];
    this.#flush();
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #settle(replies: Extract<FromWorker, { replies: unknown }>['replies']): void {
    for (const reply of replies) {
      const pending = this.#pending.get(reply.id);
      this.#pending.delete(reply.id);
      if ('error' in reply) pending?.reject(fromWire(reply.error));
      else pending?.resolve(reply.value);
    }
    if (this.#pending.size === 0) this.#idle();
  }

  #idle(then?: () => void): void {
    if (this.#pending.size === 0 && this.#refused === undefined) this.#worker.unref();
    then?.();
  }

  #fail(why: string): void {
    this.#refused ??= why;
    const error = this.#unavailable(why);
    for (const pending of this.#pending.values()) pending.reject(error);
    this.#pending.clear();
  }

  #unavailable(why: string): JournalUnavailable {
    return new JournalUnavailable(`The journal ${this.#file} takes no calls: ${why}.`);
  }
}
