import type { Gate } from '../core/admission.ts';
import type { Clock, Random, Timer } from '../core/clock.ts';
import { SECOND } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Log } from '../core/log.ts';
import { LONGEST_WAIT, type Outbound, reconciliationOf } from '../core/outbox.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Settings } from '../core/settings.ts';
import { wait } from '../core/wait.ts';
import type { Journal, SendRow } from '../journal/journal.ts';
import type { Platform } from '../platforms/platform.ts';

export interface CourierDeps {
  readonly journal: Journal;
  readonly gate: Gate;
  readonly clock: Clock;
  readonly random: Random;
  readonly settings: Settings;
  readonly instance: string;
  readonly log: Log;
}

const BATCH = 64;
const LOOK = 1 * SECOND;
const MAX_BACKOFF = 60 * SECOND;
const REPEAT_MARK = '(You may have seen this before: the connection broke while it was sent.)\n\n';

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
  #holding = false;
  #stopped = false;
  #looking: Promise<void> | undefined;
  #again = false;
  #inFlight = 0;
  #timer: Timer | undefined;
  #ended: SendRow[] = [];
  #writing: Promise<void> | undefined;

  constructor(platform: Platform, deps: CourierDeps) {
    this.#platform = platform;
    this.#deps = deps;
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
    await this.#looking;
    await this.#writing;
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
      // In two steps: `#ended.push(await …)` would take hold of the list before the wait, and the list
      // is another by the time the send has ended.
      const end = await this.#attempt(row);
      this.#ended.push(end);
      await this.#write();
    } finally {
      this.#inFlight--;
      token.release();
    }
  }

  async #attempt(row: Outbound): Promise<SendRow> {
    const { settings, clock } = this.#deps;
    let sent = row;
    if (row.ambiguous) {
      switch (reconciliationOf(this.#platform.sendClass(row), settings.ambiguous)) {
        case 'ask': {
          const platformId = await this.#platform.find?.(row).catch(() => undefined);
          if (platformId !== undefined) return { id: row.id, state: 'sent', platformId };
          break;
        }
        case 'mark':
          sent = { ...row, text: REPEAT_MARK + row.text };
          break;
        case 'hold':
          return {
            id: row.id,
            state: 'failed',
            error:
              'It may have been sent already; held for you to decide (outbox.ambiguous: hold).',
          };
        case 'resend':
          break;
      }
    }
    crashPoint('before-send');
    const result = await this.#platform.send(sent, this.#abort.signal).catch((error: unknown) => ({
      ok: false as const,
      kind: 'unknown' as const,
      error: String(error),
    }));
    crashPoint('after-send');
    if (result.ok) {
      return {
        id: row.id,
        state: 'sent',
        ...(result.platformId === undefined ? {} : { platformId: result.platformId }),
      };
    }
    this.#deps.log.warn(
      { outbound: row.id, message: row.message, kind: result.kind },
      `a send did not succeed: ${result.error}`,
    );
    if (result.kind === 'permanent') return { id: row.id, state: 'failed', error: result.error };
    const asked = result.kind === 'transient' ? result.retryAfterMs : undefined;
    const wait = Math.min(LONGEST_WAIT, asked ?? this.#backoff(row.attempts));
    const retryAt = clock.now() + wait;
    this.#wakeIn(wait);
    return {
      id: row.id,
      state: result.kind === 'transient' ? 'prepared' : 'ambiguous',
      retryAt,
      error: result.error,
    };
  }

  /**
   * Writes what has ended so far in one commit; whoever ends meanwhile joins the next one. What the
   * journal does not take (a full disk) is written again, since a row that stays `sending` holds its
   * lane's later ones up. Once stopped it stays so: the next instance reconciles it by its class.
   */
  async #write(): Promise<void> {
    while (this.#ended.length > 0) {
      this.#writing ??= this.#writeOnce().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  async #writeOnce(): Promise<void> {
    const { journal, clock, log } = this.#deps;
    const rows = this.#ended;
    this.#ended = [];
    try {
      await journal.settleOutbox(rows, clock.now());
      crashPoint('send-recorded');
    } catch (error) {
      log.error({ err: error, rows: rows.length }, 'could not write that messages were sent');
      if (this.#stopped || !(await wait(clock, LOOK, this.#abort.signal))) return;
      this.#ended.unshift(...rows);
    }
  }

  #backoff(attempts: number): number {
    const base = Math.min(MAX_BACKOFF, SECOND * 2 ** Math.min(attempts, 10));
    return base / 2 + (this.#deps.random() * base) / 2;
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
