import { JournalUnavailable } from '../../gateway/core/exit.ts';
import { laneKey } from '../../gateway/core/lane.ts';
import type { Log } from '../../gateway/core/log.ts';
import type { Inbound, JsonValue } from '../../gateway/core/message.ts';
import type { CommandView, Operations } from '../../gateway/core/operations.ts';
import type { Outbound } from '../../gateway/core/outbox.ts';
import type { Host, Received } from '../../gateway/platforms/platform.ts';

/** What outlives an instance: give one to two hosts and they are one gateway after the other. */
export class FakeStore {
  readonly messages: (Inbound & { id: string })[] = [];
  readonly placeholders = new Map<string, string>();
  cursor: JsonValue | undefined;
  /** Every cursor that was committed, in order. */
  readonly cursors: JsonValue[] = [];
}

export const silentLog: Log = { debug() {}, info() {}, warn() {}, error() {} };

const COMMANDS: CommandView[] = [
  { name: 'help', aliases: [], help: 'What you can say', category: 'general' },
  { name: 'stop', aliases: [], help: 'End the running turn', category: 'turns' },
];

/** A gateway as an adapter sees it: commits into memory, refuses on demand, remembers what was asked of it. */
export class FakeHost implements Host {
  readonly store: FakeStore;
  readonly log = silentLog;
  readonly answers: [string, string, string][] = [];
  changes = 0;
  duplicates = 0;
  /** So many commits fail from now on. */
  failing = 0;
  refusing: 'full' | 'draining' | undefined;
  onReceive: ((message: Inbound & { id: string }) => void) | undefined;
  readonly outcomes = new Map<string, { text: string; error?: string }>();

  constructor(store = new FakeStore()) {
    this.store = store;
  }

  readonly operations = {
    commands: () => COMMANDS,
    answer: async (turn: string, question: string, option: string) => {
      this.answers.push([turn, question, option]);
    },
  } as unknown as Operations;

  async receive(message: Inbound, options: { cursor?: JsonValue } = {}): Promise<Received> {
    await new Promise((done) => setImmediate(done));
    if (this.failing > 0) {
      this.failing--;
      throw new JournalUnavailable('the disk is full', { full: true });
    }
    if (this.refusing !== undefined) return { accepted: false, refused: this.refusing };
    const known = this.store.messages.find(
      (m) =>
        m.updateId === message.updateId &&
        m.address.platform === message.address.platform &&
        m.address.account === message.address.account,
    );
    if (options.cursor !== undefined) this.#moved(options.cursor);
    const id = known?.id ?? `m${this.store.messages.length + 1}`;
    const base = {
      accepted: true as const,
      id,
      lane: laneKey(message, 'shared'),
      session: 's',
      ahead: 0,
    };
    if (known !== undefined) {
      this.duplicates++;
      return { ...base, duplicate: true };
    }
    const stored = { ...message, id };
    this.store.messages.push(stored);
    this.onReceive?.(stored);
    return { ...base, duplicate: false };
  }

  async settled(message: string) {
    const settled = this.outcomes.get(message);
    if (settled === undefined) throw new Error('not settled in this test');
    return { message, outcome: 'answered' as const, ...settled };
  }

  async cursor() {
    return this.store.cursor;
  }

  async setCursor(value: JsonValue) {
    this.#moved(value);
  }

  async placeholder(turn: string, platformId?: string) {
    const kept = this.store.placeholders.get(turn);
    if (kept === undefined && platformId !== undefined)
      this.store.placeholders.set(turn, platformId);
    return kept ?? platformId;
  }

  subscribe() {
    return () => {};
  }

  changed() {
    this.changes++;
  }

  /** Texts in the order of their commit. */
  get texts(): string[] {
    return this.store.messages.map((m) => m.text);
  }

  #moved(value: JsonValue): void {
    this.store.cursor = value;
    this.store.cursors.push(value);
  }
}

let rows = 0;

/** One outbox row with what a test cares about. */
export function outbound(row: Partial<Outbound> & Pick<Outbound, 'address'>): Outbound {
  const address = row.address;
  return {
    id: `row-${++rows}`,
    lane: laneKey({ address, direct: false, sender: { id: '', role: 'guest' } }, 'shared'),
    kind: 'reply',
    text: 'a reply',
    chunk: 0,
    chunks: 1,
    state: 'sending',
    attempts: 1,
    ambiguous: false,
    createdAt: Date.now(),
    ...row,
  };
}
