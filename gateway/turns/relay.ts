import { readdirSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { answers, listenPrivately } from '../control/privateSocket.ts';
import { serverSocketPath } from '../control/socketPath.ts';
import type { Log } from '../core/log.ts';
import type { Progress } from '../core/progress.ts';
import type { ProgressBus } from '../delivery/progressBus.ts';
import type { Turns } from './turns.ts';

/** A reader that lets this much pile up is let go; it reads the journal instead. In bytes. */
const PILE = 8 << 20;
/** What the names of these sockets begin with. */
const PREFIX = 'p-';

/**
 * Progress between the instances of one machine, so that a page which has moved to the successor goes
 * on seeing the text of a turn that the predecessor finishes. Each instance offers its own progress on
 * a private socket, one line of JSON an item; whoever comes later first gets what was said so far.
 * Nothing durable passes here.
 */
export class Relay {
  readonly #home: string;
  readonly #instance: string;
  readonly #bus: ProgressBus;
  readonly #turns: Turns;
  readonly #log: Log;
  readonly #sockets = new Set<Socket>();
  readonly #close: (() => void)[] = [];

  constructor(parts: { home: string; instance: string; bus: ProgressBus; turns: Turns; log: Log }) {
    this.#home = parts.home;
    this.#instance = parts.instance;
    this.#bus = parts.bus;
    this.#turns = parts.turns;
    this.#log = parts.log;
  }

  /** Offers this instance's progress. Without a socket (a full disk, say) the gateway works, a page only sees less. */
  async offer(): Promise<void> {
    const path = socketOf(this.#home, this.#instance);
    const server = createServer((socket) => this.#serve(socket));
    this.#close.push(() => {
      server.close();
      rmSync(path, { force: true });
    });
    try {
      await listenPrivately(server, path);
    } catch (error) {
      this.#log.warn({ err: error, path }, 'progress cannot be offered to other instances');
    }
  }

  /**
   * Removes the sockets of instances that were killed. Neither ours nor one of `alive` is touched, nor any
   * at which somebody answers. Rejects only where the folder cannot be read.
   */
  async sweep(alive: readonly string[]): Promise<void> {
    const kept = new Set([this.#instance, ...alive].map((id) => socketOf(this.#home, id)));
    const folder = dirname(serverSocketPath(this.#home));
    for (const name of readdirSync(folder).filter((n) => n.startsWith(PREFIX))) {
      const path = join(folder, name);
      if (kept.has(path) || (await answers(path))) continue;
      rmSync(path, { force: true });
    }
  }

  /** Follows other instances until they leave. */
  follow(instances: readonly string[]): void {
    for (const instance of instances) {
      if (instance === this.#instance) continue;
      const socket = connect(socketOf(this.#home, instance));
      this.#hold(socket);
      const lines = createInterface({ input: socket, crlfDelay: Number.POSITIVE_INFINITY });
      // It may have left in this moment, and a reader of lines passes its socket's error on.
      lines.on('error', () => {});
      lines.on('line', (line) => {
        try {
          this.#bus.emit(JSON.parse(line) as Progress, 'elsewhere');
        } catch {
          // The last line of an instance that was killed while it wrote.
        }
      });
    }
  }

  close(): void {
    for (const close of this.#close.reverse()) close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #serve(socket: Socket): void {
    this.#hold(socket);
    const write = (progress: Progress) => {
      if (socket.writableLength > PILE) socket.destroy();
      else socket.write(`${JSON.stringify(progress)}\n`);
    };
    for (const active of this.#turns.all()) {
      const { lane, turn, session, attempt, messages } = active.turn;
      write({
        type: 'started',
        lane,
        turn,
        session,
        attempt,
        messages: messages.map((m) => m.id),
        agent: active.agent.name,
      });
      if (active.text !== '') write({ type: 'text', lane, turn, delta: active.text });
    }
    const stop = this.#bus.subscribe((progress) => {
      if (progress.type !== 'status') write(progress);
    }, 'here');
    socket.once('close', stop);
  }

  #hold(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

function socketOf(home: string, instance: string): string {
  return join(dirname(serverSocketPath(home)), PREFIX + instance.slice(-8));
}
