import type { Agent } from 'node:http';
import type { ControlClient } from '../../gateway/control/client.ts';
import { type Answer, ask, keepAlive, replyOf } from './ask.ts';
import { eventually } from './eventually.ts';

/** One message as its sender remembers it. */
interface Entry {
  readonly session: string;
  readonly text: string;
  readonly via: 'web' | 'terminal';
  /** Each different reply that came for its key: the message's id in the gateway, and the text. */
  readonly replies: Map<string, string>;
  readonly troubles: string[];
}

/** What became of everything that was sent. A gateway that keeps its promises has zeros throughout. */
export interface Verdict {
  readonly sent: number;
  /** Sent until acknowledged, and never answered; or not in the transcript. */
  readonly lost: number;
  /** Two different replies for one key, or a message twice in its session's transcript. */
  readonly twice: number;
  /** Messages whose place in the transcript is not their place in the sender's order. */
  readonly reordered: number;
  /** Answers that no rule explains: a 500, a wrong text, a line in a transcript that nobody sent. */
  readonly unexplained: number;
  /** For a person: what was found. */
  readonly findings: readonly string[];
}

/** Lines of a transcript that are read at once. */
const PAGE = 5_000;

export const FLAWLESS = { lost: 0, twice: 0, reordered: 0, unexplained: 0, findings: [] };

export interface LedgerTarget {
  readonly port: number;
  readonly client: ControlClient;
}

export interface LedgerOptions {
  /** A planted bug: each attempt under a key of its own, as a careless client does. */
  readonly freshKeys?: boolean;
  /** Agents are killed: a turn that ends as dead and says so is answered, too. */
  readonly agentsDie?: boolean;
  /** A balancer stands before the gateway: what it says of a connection that broke behind it. */
  readonly balanced?: boolean;
  /** A message is given up after this long. */
  readonly patienceMs?: number;
}

/**
 * A client with a memory of its own, which is the judge: it does not ask the gateway what it was sent.
 *
 * A message is sent again under the same key as long as its connection breaks, nobody listens, or the
 * gateway says that it did not take it (503, 507). Within a session the next one is sent only after the
 * one before was acknowledged, so their order is known.
 */
export class Ledger {
  readonly #target: LedgerTarget;
  readonly #options: LedgerOptions;
  readonly #entries: Entry[] = [];
  readonly #agent: Agent = keepAlive();
  #next = 0;
  /** Connections that were refused. */
  refused = 0;
  /** Attempts that brought no reply, for whatever reason. */
  failed = 0;

  constructor(target: LedgerTarget, options: LedgerOptions = {}) {
    this.#target = target;
    this.#options = options;
  }

  get sent(): number {
    return this.#entries.length;
  }
  get answered(): number {
    return this.#entries.filter((entry) => entry.replies.size > 0).length;
  }

  /** Every reply that came. */
  get replies(): string[] {
    return this.#entries.flatMap((entry) => [...entry.replies.values()]);
  }

  close(): void {
    this.#agent.destroy();
  }

  /** Sends `count` messages over HTTP, each after the reply to the one before. Never rejects. */
  async web(session: string, count: number, word = '/say'): Promise<void> {
    for (let n = 0; n < count; n++) {
      const { entry, key } = this.#entry(session, 'web', word);
      await this.#until(entry, async (attempt) => {
        const answer = await ask(this.#target.port, {
          text: entry.text,
          session,
          key: this.#options.freshKeys ? `${key}-${attempt}` : key,
          agent: this.#agent,
        });
        return this.#webAnswer(entry, answer);
      });
    }
  }

  /**
   * Sends messages over the control socket, each as soon as the one before is acknowledged; resolves
   * when all are answered. `words` are the demo agent's orders, each is given the message's own mark.
   */
  async terminal(session: string, words: readonly string[]): Promise<void> {
    const replies: Promise<void>[] = [];
    for (const word of words) {
      const { entry, key } = this.#entry(session, 'terminal', word);
      const acknowledged = Promise.withResolvers<void>();
      replies.push(
        this.#until(entry, (attempt) => {
          const id = this.#options.freshKeys ? `${key}-${attempt}` : key;
          return this.#exchange(entry, id, session, acknowledged.resolve);
        }).finally(acknowledged.resolve),
      );
      await acknowledged.promise;
    }
    await Promise.all(replies);
  }

  /** Compares what was sent with the replies and with the gateway's transcripts. */
  async judge(): Promise<Verdict> {
    const findings: string[] = [];
    const count = { lost: 0, twice: 0, reordered: 0, unexplained: 0 };
    const find = (kind: keyof typeof count, what: string) => {
      count[kind]++;
      findings.push(`${kind}: ${what}`);
    };
    for (const entry of this.#entries) {
      if (entry.replies.size === 0) find('lost', `no reply to ${entry.text}`);
      if (entry.replies.size > 1) find('twice', `${entry.replies.size} replies to ${entry.text}`);
      for (const trouble of entry.troubles) find('unexplained', `${entry.text}: ${trouble}`);
    }
    for (const session of new Set(this.#entries.map((entry) => entry.session))) {
      const mine = this.#entries.filter((entry) => entry.session === session);
      const written = await this.#userLines(mine[0] as Entry);
      const places = mine.map((entry) => written.indexOf(entry.text));
      mine.forEach((entry, i) => {
        const times = written.filter((line) => line === entry.text).length;
        if (times === 0 && entry.replies.size > 0) find('lost', `${entry.text} has no line`);
        if (times > 1) find('twice', `${entry.text} is there ${times} times`);
        const before = places.slice(0, i).filter((place) => place >= 0);
        if (times > 0 && (places[i] as number) < Math.max(-1, ...before))
          find('reordered', `${entry.text} is before what was sent before it`);
      });
      for (const line of written) {
        if (!mine.some((entry) => entry.text === line)) find('unexplained', `nobody sent ${line}`);
      }
    }
    return { sent: this.#entries.length, ...count, findings };
  }

  #entry(session: string, via: Entry['via'], word: string): { entry: Entry; key: string } {
    const key = `m${++this.#next}`;
    const text = `${word} ${session}/${key}`;
    const entry: Entry = { session, via, text, replies: new Map(), troubles: [] };
    this.#entries.push(entry);
    return { entry, key: `${session}-${key}` };
  }

  /** Tries until it is answered, or patience ends. Waits between attempts, as a client has to. */
  async #until(entry: Entry, attempt: (n: number) => Promise<boolean>): Promise<void> {
    const end = performance.now() + (this.#options.patienceMs ?? 30_000);
    for (let n = 1; performance.now() < end; n++) {
      try {
        if (await attempt(n)) return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ECONNREFUSED') this.refused++;
        if (!isBroken(error as Error)) entry.troubles.push((error as Error).message);
      }
      this.failed++;
      await new Promise((done) => setTimeout(done, 20));
    }
  }

  #webAnswer(entry: Entry, answer: Answer): boolean {
    if (answer.status === 503 || answer.status === 507) return false;
    if (this.#options.balanced && (answer.status === 502 || answer.status === 504)) return false;
    if (answer.status !== 200) {
      entry.troubles.push(`${answer.status} ${answer.body.slice(0, 200)}`);
      return true;
    }
    this.#reply(entry, String(answer.headers['x-sluice-message-id']), replyOf(answer));
    return true;
  }

  async #exchange(
    entry: Entry,
    id: string,
    session: string,
    acknowledged: () => void,
  ): Promise<boolean> {
    const lines = this.#target.client.send(
      { id, text: entry.text, session },
      AbortSignal.timeout(30_000),
    );
    for await (const line of lines) {
      if ('received' in line) {
        if (!line.received.accepted) return false;
        acknowledged();
      } else {
        const { message, outcome, text } = line.settled;
        const told = this.#options.agentsDie === true && outcome === 'dead' && /SIGKILL/.test(text);
        if (outcome === 'answered' || outcome === 'merged' || told)
          this.#reply(entry, message, text);
        else entry.troubles.push(`outcome ${outcome} ${line.settled.error ?? ''}`);
        return true;
      }
    }
    return false;
  }

  #reply(entry: Entry, message: string, text: string): void {
    entry.replies.set(`${message} ${text}`, text);
    const mark = entry.text.slice(entry.text.lastIndexOf(' ') + 1);
    const said = entry.text.startsWith('/say ') && !/SIGKILL/.test(text);
    if (said && !text.endsWith(mark)) entry.troubles.push(`another answer: ${text.slice(0, 200)}`);
  }

  async #userLines(entry: Entry): Promise<string[]> {
    return eventually('the transcripts can be read', () =>
      this.#readUserLines(entry).catch((error: Error) => {
        // It may be dying from a crash that the last reply has survived.
        if (isBroken(error)) return undefined;
        throw error;
      }),
    );
  }

  /** The person's lines of one session, oldest first: read backwards, page by page. */
  async #userLinesOf(session: string): Promise<string[]> {
    const lines: string[] = [];
    let before: number | undefined;
    for (;;) {
      const page = await this.#target.client.transcript(session, {
        limit: PAGE,
        ...(before === undefined ? {} : { before }),
      });
      page.sort((a, b) => a.seq - b.seq);
      lines.unshift(...page.filter((line) => line.role === 'user').map((line) => line.text));
      if (page.length < PAGE) return lines;
      before = page[0]?.seq;
    }
  }

  async #readUserLines(entry: Entry): Promise<string[]> {
    const { client } = this.#target;
    const chat = entry.via === 'web' ? `api:${entry.session}` : entry.session;
    const sessions = (await client.sessions({ limit: 10_000 })).filter(
      (s) => s.address.chat === chat,
    );
    sessions.sort((a, b) => a.createdAt - b.createdAt);
    const lines: string[] = [];
    for (const { id } of sessions) {
      lines.push(...(await this.#userLinesOf(id)));
    }
    return lines;
  }
}

/** The connection broke or nobody was there: nothing is known of the message, so it is sent again. */
function isBroken(error: Error): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return (
    ['ECONNRESET', 'ECONNREFUSED', 'EPIPE', 'ENOENT'].includes(code ?? '') ||
    /NotRunning|ConnectionLost/.test(error.name) ||
    /connection broke|socket hang up|still starting/.test(error.message)
  );
}
