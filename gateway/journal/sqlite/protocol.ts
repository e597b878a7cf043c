import { JournalUnavailable, JournalUnusable, RequestError, SluiceError } from '../../core/exit.ts';
import type { Op } from './ops.ts';

/** What the worker is told first. */
export interface WorkerOptions {
  readonly file: string;
  readonly maxBytes?: number | undefined;
}

/** One call on its way to the worker. */
export interface Call {
  readonly id: number;
  readonly op: Op;
  readonly args: readonly unknown[];
}

/** The worker's first message; it loads its modules before it comes. */
export interface Opening {
  readonly open: WorkerOptions;
}

export type ToWorker =
  | { readonly calls: readonly Call[] }
  | { readonly watch: boolean }
  | { readonly close: true };

export type Reply =
  | { readonly id: number; readonly value: unknown }
  | { readonly id: number; readonly error: WireError };

export type FromWorker =
  | { readonly ready: true }
  | { readonly failed: WireError }
  | { readonly replies: readonly Reply[] }
  | { readonly event: JournalEvent }
  | { readonly foreign: true }
  | { readonly closed: true };

/** Something an operator may want to know; `calls` is the number of calls it concerned. */
export type JournalEvent =
  | { readonly name: 'batch-repeated'; readonly calls: number; readonly error: string }
  | { readonly name: 'unavailable'; readonly calls: number; readonly error: string };

/** Classes do not survive a postMessage; their names do. */
export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly full?: boolean;
  readonly stack?: string;
}

export function toWire(error: unknown): WireError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack } = error;
  const full = error instanceof JournalUnavailable ? { full: error.full } : {};
  return { name, message, ...full, ...(stack !== undefined && { stack }) };
}

export function fromWire(wire: WireError): Error {
  switch (wire.name) {
    case 'JournalUnavailable':
      return new JournalUnavailable(wire.message, { full: wire.full ?? false });
    case 'JournalUnusable':
      return new JournalUnusable(wire.message);
    case 'RequestError':
      return new RequestError(wire.message);
    default:
      return new SluiceError(`The journal could not carry a call out: ${wire.message}`, {
        cause: wire.stack,
      });
  }
}
