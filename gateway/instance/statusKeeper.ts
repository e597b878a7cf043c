import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Status } from '../core/status.ts';
import { StatusWriter } from '../observe/statusFile.ts';
import type { Gateway } from './gateway.ts';

/**
 * Keeps the status file current. The writer needs a status without waiting, and a status is read from
 * the journal: so the last one is kept and taken anew on every change and heartbeat.
 */
export class StatusKeeper {
  readonly #gateway: Gateway;
  readonly #writer: StatusWriter;
  readonly #clock: Clock;
  #status: Status;
  #taking = false;
  #again = false;
  #unsubscribe: () => void;

  constructor(gateway: Gateway, first: Status, deps: { home: string; clock: Clock; log: Log }) {
    this.#gateway = gateway;
    this.#clock = deps.clock;
    this.#status = first;
    this.#writer = new StatusWriter({
      home: deps.home,
      clock: deps.clock,
      status: () => {
        this.#take();
        return { ...this.#status, at: deps.clock.now() };
      },
      onError: (error) => deps.log.warn({ err: error }, 'the status file could not be written'),
    });
    this.#unsubscribe = gateway.subscribe((p) => {
      if (gateway.handsOver) {
        this.#writer.cease();
        return;
      }
      if (
        p.type === 'started' ||
        p.type === 'ended' ||
        p.type === 'accepted' ||
        p.type === 'status'
      )
        this.#take();
    });
    this.#writer.start();
  }

  /** The final write is `stopped`, unless a successor serves: then the file is its own. */
  stop(successor: boolean): void {
    this.#unsubscribe();
    if (successor) this.#writer.cease();
    else this.#writer.stop();
  }

  /** Takes the status anew, at most one at a time. */
  #take(): void {
    if (this.#taking) {
      this.#again = true;
      return;
    }
    this.#taking = true;
    this.#clock.after(250, () => {
      this.#gateway
        .status()
        .then((status) => {
          const before = this.#status;
          this.#status = status;
          if (
            before.state !== status.state ||
            before.activeTurns !== status.activeTurns ||
            before.queued !== status.queued
          ) {
            this.#writer.changed();
          }
        })
        .catch(() => {})
        .finally(() => {
          this.#taking = false;
          if (this.#again) {
            this.#again = false;
            this.#take();
          }
        });
    });
  }
}
