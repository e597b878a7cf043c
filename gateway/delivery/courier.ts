import type { Gate } from '../core/admission.ts';
import { SECOND, type Timer } from '../core/clock.ts';
import type { Outbound } from '../core/outbox.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Journal } from '../journal/journal.ts';
import type { Platform } from '../platforms/platform.ts';
import { attemptSend, type SendAttemptDeps } from './sendAttempt.ts';
import { SendRecorder, type SendRecorderDeps } from './sendRecorder.ts';

export interface CourierDeps extends SendAttemptDeps, SendRecorderDeps {
  readonly journal: Pick<Journal, 'lease' | 'release' | 'claimOutbox' | 'settleOutbox'>;
  readonly gate: Gate;
  readonly instance: string;
}

const BATCH = 64;
const LOOK = 1 * SECOND;

/**
 * Sends for one account, as its only sender while it holds the send lease.
 *
 * It takes due rows from the journal, at most one of each lane, sends them side by side and writes how
 * each ended, several in one commit. It looks when kicked, when a retry falls due and once a second
 * (for rows another instance wrote). A row found cut off is reconciled by its platform's class.
 */
export class Courier {
  readonly #platform: Platform;
  readonly #deps: CourierDeps;
  readonly #abort = new AbortController();
  readonly #recorder: SendRecorder;
  #holding = false;
  #stopped = false;
  #looking: Promise<void> | undefined;
  #again = false;
  #inFlight = 0;
  #timer: Timer | undefined;

  constructor(platform: Platform, deps: CourierDeps) {
    this.#platform = platform;
    this.#deps = deps;
    this.#recorder = new SendRecorder(deps, this.#abort.signal);
  }

  /** This instance sends for the account: a reply may be written as `sending` right away. */
  get holding(): boolean {
    return this.#holding && !this.#stopped;
  }

  async start(): Promise<void> {
    await this.#takeLease();
    this.kick();
  }

  /** Something may be due. */
  kick(): void {
    if (this.#stopped) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    this.#looking = this.#look()
      .catch((error) =>
        this.#deps.log.warn({ err: error }, 'could not read the outbox; looking again in a second'),
      )
      .finally(() => {
        this.#looking = undefined;
        if (this.#again) {
          this.#again = false;
          this.kick();
        } else this.#wakeIn(LOOK);
      });
  }

  /** Sends rows that were committed as `sending` for this instance. */
  deliver(rows: readonly Outbound[]): void {
    for (const row of rows) {
      const more = row.chunk + 1 < row.chunks;
      void this.#send(row).then(() => (more ? this.kick() : undefined));
    }
  }

  /** Resolves when a look at the outbox found nothing more that is due. */
  async quiet(): Promise<void> {
    while (this.#looking !== undefined) await this.#looking;
  }

  /** Takes nothing more, waits for what is under way (bounded by the caller) and gives the lease up. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    this.#recorder.stop();
    await this.#looking;
    await this.#recorder.quiet();
    await this.#deps.journal.release(this.#leaseName(), this.#deps.instance);
  }

  /** Ends requests that are still under way; their rows will be found ambiguous. */
  cutOff(): void {
    this.#abort.abort(new Error('the gateway is leaving'));
  }

  async #takeLease(): Promise<void> {
    this.#holding = await this.#deps.journal.lease(
      this.#leaseName(),
      this.#deps.instance,
      this.#deps.clock.now(),
    );
  }

  async #look(): Promise<void> {
    const { journal, clock, instance } = this.#deps;
    if (!this.#holding) await this.#takeLease();
    if (!this.#holding) return;
    const { platform, account } = this.#platform;
    while (this.#inFlight < BATCH) {
      const limit = BATCH - this.#inFlight;
      const rows = await journal.claimOutbox({
        platform,
        account,
        holder: instance,
        now: clock.now(),
        limit,
      });
      if (rows.length === 0) return;
      // Not awaited: a chat that is slow to take its message must not keep the others waiting.
      for (const row of rows) void this.#send(row).then(() => this.kick());
    }
  }

  async #send(row: Outbound): Promise<void> {
    const token = this.#deps.gate.admit('delivery', row.id);
    // Only a closed gate refuses a delivery: the row stays `sending` and is reconciled by the next instance.
    if (isRefusal(token)) return;
    this.#inFlight++;
    try {
      const end = await attemptSend(this.#platform, row, this.#abort.signal, this.#deps);
      if ('retryAt' in end) this.#wakeIn(end.retryAt - this.#deps.clock.now());
      await this.#recorder.record(end);
    } finally {
      this.#inFlight--;
      token.release();
    }
  }

  #wakeIn(ms: number): void {
    if (this.#stopped) return;
    this.#timer?.cancel();
    this.#timer = this.#deps.clock.after(Math.min(ms, LOOK), () => this.kick());
  }

  #leaseName(): string {
    return `send:${this.#platform.platform}:${this.#platform.account}`;
  }
}
