import { createHash } from 'node:crypto';
import { JournalUnavailable } from '../../../gateway/core/exit.ts';
import { laneKey } from '../../../gateway/core/lane.ts';
import type { Inbound, Outcome } from '../../../gateway/core/message.ts';
import type { TranscriptView } from '../../../gateway/core/operations.ts';
import type { Outbound } from '../../../gateway/core/outbox.ts';
import type { AskedQuestion, Progress } from '../../../gateway/core/progress.ts';
import type { Refusal } from '../../../gateway/core/refusal.ts';
import type { Host, Platform, Received, Settled } from '../../../gateway/platforms/platform.ts';
import { FakeOperations } from './fakeOperations.ts';

/** A message as the fake keeps it. */
export interface FakeMessage {
  readonly id: string;
  readonly inbound: Inbound;
  readonly lane: string;
  readonly session: string;
  readonly at: number;
  state: 'queued' | 'running' | 'done';
  settled?: Settled;
}

/** A running turn, as a scripted agent sees it. */
export interface FakeTurn {
  readonly turn: string;
  readonly message: FakeMessage;
  readonly signal: AbortSignal;
  readonly startedAt: number;
  said: string;
  text(delta: string): void;
  step(id: string, name: string, state: 'started' | 'done' | 'failed', summary?: string): void;
  ask(question: AskedQuestion): Promise<string>;
}

export type FakeAgent = (turn: FakeTurn) => Promise<void>;

/** Says what it was told, in two pieces. */
export const echo: FakeAgent = async (turn) => {
  turn.text('You said: ');
  turn.text(turn.message.inbound.text);
};

/**
 * A gateway in memory: lanes in order, one turn at a time, an agent that the test scripts. It stands
 * in for everything behind `Host`; the sockets in front of it are real.
 */
export class FakeHost implements Host {
  agent: FakeAgent = echo;
  /** What `receive` does instead of accepting. */
  refusal: Refusal | JournalUnavailable | undefined;
  readonly messages: FakeMessage[] = [];
  readonly transcripts = new Map<string, TranscriptView[]>();
  readonly turns = new Map<
    string,
    { turn: FakeTurn; stop: AbortController; answers: Map<string, (option: string) => void> }
  >();
  readonly sessions = new Map<
    string,
    { lane: string; title?: string; at: number; ended: boolean }
  >();
  readonly logged: object[] = [];
  readonly operations: FakeOperations;
  readonly log = {
    debug: () => {},
    info: () => {},
    warn: (fields: object) => void this.logged.push(fields),
    error: (fields: object) => void this.logged.push(fields),
  };
  platform: Platform | undefined;
  /** Names ids apart between fakes that stand for successive processes. */
  readonly #prefix: string;
  readonly #listeners = new Set<(p: Progress) => void>();
  readonly #current = new Map<string, string>();
  readonly #waiters = new Map<string, ((s: Settled) => void)[]>();
  #n = 0;

  constructor(prefix = 'm') {
    this.#prefix = prefix;
    this.operations = new FakeOperations(this);
  }

  async receive(inbound: Inbound): Promise<Received> {
    if (this.refusal instanceof JournalUnavailable) throw this.refusal;
    if (this.refusal !== undefined) return { accepted: false, ...this.refusal };
    const known = this.messages.find((m) => m.inbound.updateId === inbound.updateId);
    if (known !== undefined) {
      const { id, lane, session } = known;
      return {
        accepted: true,
        id,
        lane,
        session,
        duplicate: true,
        bodyHash: hashOf(known.inbound),
        ahead: 0,
      };
    }
    const lane = laneKey(inbound, 'shared');
    const session = this.currentSession(lane);
    const ahead = this.messages.filter((m) => m.lane === lane && m.state !== 'done').length;
    const id = `${this.#prefix}${++this.#n}`;
    this.messages.push({ id, inbound, lane, session, at: Date.now(), state: 'queued' });
    const { text, updateId, sender } = inbound;
    const who = sender.name ?? sender.id;
    this.emit({ type: 'accepted', lane, message: id, session, text, updateId, who, ahead });
    setImmediate(() => void this.#advance(lane));
    return { accepted: true, id, lane, session, duplicate: false, ahead };
  }

  settled(message: string, signal?: AbortSignal): Promise<Settled> {
    const known = this.messages.find((m) => m.id === message);
    if (known?.settled !== undefined) return Promise.resolve(known.settled);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      signal?.addEventListener('abort', () => reject(signal.reason));
      this.#waiters.set(message, [...(this.#waiters.get(message) ?? []), resolve]);
    });
  }

  async cursor() {
    return undefined;
  }
  async setCursor() {}
  changed() {}

  subscribe(listener: (p: Progress) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  emit(progress: Progress): void {
    for (const listener of this.#listeners) listener(progress);
  }

  currentSession(lane: string): string {
    const known = this.#current.get(lane);
    if (known !== undefined) return known;
    return this.startSession(lane);
  }

  startSession(lane: string): string {
    const old = this.sessions.get(this.#current.get(lane) ?? '');
    if (old !== undefined) old.ended = true;
    const session = `s${this.#prefix}${this.sessions.size + 1}`;
    this.sessions.set(session, { lane, at: Date.now(), ended: false });
    this.#current.set(lane, session);
    return session;
  }

  /** The gateway says something of its own in a chat. */
  async say(
    lane: string,
    text: string,
    kind: Outbound['kind'] = 'notice',
    message?: string,
  ): Promise<void> {
    const address = {
      platform: 'web',
      account: 'default',
      chat: decodeURIComponent(lane.split(':')[2] as string),
    };
    const id = `o${++this.#n}`;
    await this.platform?.send(
      {
        id,
        address,
        lane,
        kind,
        text,
        chunk: 0,
        chunks: 1,
        state: 'sending',
        attempts: 1,
        ambiguous: false,
        createdAt: Date.now(),
        ...(message ? { message } : {}),
      },
      AbortSignal.timeout(1000),
    );
  }

  record(
    session: string,
    role: TranscriptView['role'],
    text: string,
    more: { message?: string; turn?: string } = {},
  ): void {
    const list = this.transcripts.get(session) ?? [];
    list.push({ seq: list.length + 1, at: Date.now(), role, text, ...more });
    this.transcripts.set(session, list);
  }

  settle(message: FakeMessage, outcome: Outcome, text: string, error?: string): void {
    message.state = 'done';
    const settled = { message: message.id, outcome, text, ...(error ? { error } : {}) };
    message.settled = settled;
    this.emit({ type: 'settled', lane: message.lane, ...settled });
    for (const resolve of this.#waiters.get(message.id) ?? []) resolve(settled);
    this.#waiters.delete(message.id);
  }

  async #advance(lane: string): Promise<void> {
    if (this.messages.some((m) => m.lane === lane && m.state === 'running')) return;
    const message = this.messages.find((m) => m.lane === lane && m.state === 'queued');
    if (message === undefined) return;
    message.state = 'running';
    const id = `t${this.#prefix}${++this.#n}`;
    const { session } = message;
    if (!message.inbound.stateless)
      this.record(session, 'user', message.inbound.text, { message: message.id, turn: id });
    const stop = new AbortController();
    const answers = new Map<string, (option: string) => void>();
    const turn: FakeTurn = {
      turn: id,
      message,
      signal: stop.signal,
      startedAt: Date.now(),
      said: '',
      text: (delta) => {
        if (stop.signal.aborted) return;
        turn.said += delta;
        this.emit({ type: 'text', lane, turn: id, delta });
      },
      step: (step, name, state, summary) =>
        this.emit({
          type: 'step',
          lane,
          turn: id,
          step: { id: step, name, state, ...(summary ? { summary } : {}) },
        }),
      ask: (question) => {
        this.emit({ type: 'asked', lane, turn: id, question });
        return new Promise((resolve) => answers.set(question.id, resolve));
      },
    };
    this.turns.set(id, { turn, stop, answers });
    this.emit({ type: 'started', lane, turn: id, messages: [message.id], session, attempt: 1 });
    let error: string | undefined;
    const stopped = new Promise<void>((done) =>
      stop.signal.addEventListener('abort', () => done()),
    );
    try {
      await Promise.race([this.agent(turn), stopped]);
    } catch (caught) {
      error = (caught as Error).message;
    }
    this.turns.delete(id);
    const outcome = stop.signal.aborted ? 'cancelled' : error === undefined ? 'answered' : 'dead';
    if (turn.said !== '' && !message.inbound.stateless)
      this.record(session, 'assistant', turn.said, { message: message.id, turn: id });
    this.emit({ type: 'ended', lane, turn: id, end: outcome === 'dead' ? 'failed' : outcome });
    this.settle(message, outcome, turn.said, error);
    void this.#advance(lane);
  }
}

function hashOf(inbound: Inbound): string {
  const content = JSON.stringify([inbound.text, inbound.stateless?.history ?? null]);
  return createHash('sha256').update(content).digest('hex');
}
