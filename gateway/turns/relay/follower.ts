import type { Socket } from 'node:net';
import { type Clock, type Random, SECOND, type Timer } from '../../core/clock.ts';
import type { Progress } from '../../core/progress.ts';
import { BEAT } from './feed.ts';
import type { Heard } from './heard.ts';
import { takeLines } from './lines.ts';

export interface FollowerDeps {
  readonly heard: Heard;
  readonly clock: Clock;
  readonly random: Random;
}

/** Whether an instance is heard, and since when; where not, why. */
export interface Hearing {
  readonly heard: boolean;
  readonly since: number;
  readonly reason?: string;
}

/** One that says nothing for this long is frozen, or cannot be reached any more. */
const SILENCE = 3 * BEAT;
const FIRST = 0.25 * SECOND;
const LONGEST = 10 * SECOND;

/**
 * Hears one other instance, as long as that is wanted.
 *
 *     connecting ──secure──▶ hearing ──closed, or silent──▶ waiting ──▶ connecting
 *
 * - hearing: each line is an item of progress, an empty one a sign of life.
 * An instance of this home is heard until it closes: then it has left, or is dead.
 *
 * - waiting: from a quarter of a second up to ten, with chance in it, so that a fleet does not come at once.
 */
export class Follower {
  readonly #instance: string;
  readonly #connect: () => Socket;
  readonly #where: 'home' | 'fleet';
  readonly #deps: FollowerDeps;
  #socket: Socket | undefined;
  #timer: Timer | undefined;
  #pause = FIRST;
  #hearing: Hearing;
  #over = false;

  constructor(
    instance: string,
    connect: () => Socket,
    where: 'home' | 'fleet',
    deps: FollowerDeps,
  ) {
    this.#instance = instance;
    this.#connect = connect;
    this.#where = where;
    this.#deps = deps;
    this.#hearing = { heard: false, since: deps.clock.now(), reason: 'it was not reached yet' };
    this.#begin();
  }

  get hearing(): Hearing {
    return this.#hearing;
  }

  /** It is gone: what it ran is over here. */
  end(): void {
    this.close();
    this.#deps.heard.gone(this.#instance);
  }

  close(): void {
    this.#over = true;
    this.#timer?.cancel();
    this.#socket?.destroy();
  }

  #begin(): void {
    const { heard, clock } = this.#deps;
    const socket = this.#connect();
    this.#socket = socket;
    let failed: Error | undefined;
    socket.on('error', (error) => {
      failed ??= error;
    });
    socket.once(this.#where === 'fleet' ? 'secureConnect' : 'connect', () => {
      this.#pause = FIRST;
      this.#hearing = { heard: true, since: clock.now() };
      heard.connected(this.#instance);
      const silent = () => socket.destroy(new Error(`it was silent for ${SILENCE / SECOND} s`));
      // A predecessor may be of a version that gives no signs of life; the supervisor watches it.
      if (this.#where === 'fleet') socket.setTimeout(SILENCE).on('timeout', silent);
      takeLines(socket, (line) => this.#take(line));
    });
    socket.once('close', () => this.#lost(failed));
  }

  #take(line: string): void {
    if (line === '' || this.#over) return;
    let progress: Progress;
    try {
      progress = JSON.parse(line) as Progress;
    } catch {
      // The last line of an instance that was killed while it wrote.
      return;
    }
    this.#deps.heard.take(this.#instance, progress);
  }

  #lost(error: Error | undefined): void {
    if (this.#over) return;
    if (this.#where === 'home') {
      this.end();
      return;
    }
    const { clock, random } = this.#deps;
    const reason = reasonOf(error);
    const since = this.#hearing.heard ? clock.now() : this.#hearing.since;
    this.#hearing = { heard: false, since, reason };
    this.#timer = clock.after(this.#pause * (0.5 + random()), () => this.#begin());
    this.#pause = Math.min(LONGEST, this.#pause * 2);
  }
}

function reasonOf(error: Error | undefined): string {
  if (error === undefined) return 'it closed the connection';
  const { code, message } = error as NodeJS.ErrnoException;
  return code?.startsWith('ERR_SSL_') ? 'it refused the key, or has another' : message;
}
