import { randomBytes } from 'node:crypto';

interface Slot {
  readonly seq: number;
  /** The whole server-sent event, as it is written. */
  readonly text: string;
}

/**
 * The latest events for pages, kept once for all of them, bounded in number and size.
 *
 * An id is `boot.seq`: the boot is random per process, so an id of another process (or one that is no
 * longer kept) is told from one that can be gone on from. A page with such an id reads everything anew.
 */
export class EventRing {
  readonly boot = randomBytes(6).toString('hex');
  readonly #slots: Slot[] = [];
  readonly #maxEvents: number;
  readonly #maxChars: number;
  readonly #readers = new Set<() => void>();
  #first = 0;
  #chars = 0;
  #seq = 0;

  constructor(maxEvents = 4096, maxChars = 4 << 20) {
    this.#maxEvents = maxEvents;
    this.#maxChars = maxChars;
  }

  get lastId(): string {
    return this.idOf(this.#seq);
  }

  get lastSeq(): number {
    return this.#seq;
  }

  idOf(seq: number): string {
    return `${this.boot}.${seq}`;
  }

  /** The place to go on from after `id`; undefined where events in between are gone. */
  after(id: string): number | undefined {
    const [boot, text] = id.split('.');
    const seq = Number(text);
    if (boot !== this.boot || !Number.isSafeInteger(seq) || seq < 0 || seq > this.#seq) return;
    return this.#kept(seq) ? seq : undefined;
  }

  push(type: string, data: object): void {
    const seq = ++this.#seq;
    const text = `id: ${this.idOf(seq)}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
    this.#slots.push({ seq, text });
    this.#chars += text.length;
    this.#trim();
    for (const wake of this.#readers) wake();
  }

  /** The event after `seq`, `'gone'` where it is no longer kept, undefined where there is none yet. */
  next(seq: number): Slot | 'gone' | undefined {
    if (seq >= this.#seq) return undefined;
    if (!this.#kept(seq)) return 'gone';
    const oldest = this.#slots[this.#first] as Slot;
    return this.#slots[this.#first + (seq + 1 - oldest.seq)];
  }

  /** Calls `wake` on every event. Returns the way to stop. */
  listen(wake: () => void): () => void {
    this.#readers.add(wake);
    return () => void this.#readers.delete(wake);
  }

  get readers(): number {
    return this.#readers.size;
  }

  #kept(seq: number): boolean {
    const oldest = this.#slots[this.#first];
    return seq === this.#seq || (oldest !== undefined && seq + 1 >= oldest.seq);
  }

  #trim(): void {
    while (
      this.#slots.length - this.#first > 1 &&
      (this.#slots.length - this.#first > this.#maxEvents || this.#chars > this.#maxChars)
    ) {
      this.#chars -= (this.#slots[this.#first] as Slot).text.length;
      this.#first++;
    }
    // Moves the array now and then, not on every event.
    if (this.#first > this.#maxEvents) {
      this.#slots.splice(0, this.#first);
      this.#first = 0;
    }
  }
}
