import { randomBytes } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { Generation, type GenerationEvents } from './generation.ts';
import type { SocketKeeper } from './listener.ts';
import type { SupervisorOptions, SupervisorTimeouts } from './options.ts';
import type { Role, ToGeneration } from './protocol.ts';
import { stackOf, watch } from './watchdog.ts';

export interface GenerationsParts {
  readonly options: Pick<SupervisorOptions, 'command' | 'version' | 'log'>;
  readonly timeouts: SupervisorTimeouts;
  readonly socket: SocketKeeper;
  readonly clock: Clock;
  /** The start of every cookie of this home. */
  readonly homeTag: string;
  /** How many there were before. */
  readonly number: number;
  readonly events: Omit<GenerationEvents, 'listening'>;
}

/** The generations that live: started, told, watched, and cleaned up after. Who of them serves is not known here. */
export class Generations {
  readonly #parts: GenerationsParts;
  readonly #living = new Set<Generation>();
  readonly #sweeps = new Set<Promise<unknown>>();
  #number: number;

  constructor(parts: GenerationsParts) {
    this.#parts = parts;
    this.#number = parts.number;
  }

  /** The number of the latest one. */
  get number(): number {
    return this.#number;
  }
  get size(): number {
    return this.#living.size;
  }
  [Symbol.iterator](): Iterator<Generation> {
    return this.#living.values();
  }

  /** Instances that live, as far as they have said who they are. */
  get instances(): string[] {
    return [...this.#living].flatMap((g) => (g.instance === undefined ? [] : [g.instance]));
  }

  start(role: Role): Generation {
    const { options, timeouts, socket, clock, homeTag, events } = this.#parts;
    const generation = new Generation(
      {
        generation: ++this.#number,
        role,
        alive: this.instances,
        cookie: `${homeTag}.${randomBytes(12).toString('hex')}`,
        supervisorVersion: options.version,
        supervisorPid: process.pid,
        beatMs: timeouts.beatMs,
      },
      options.command,
      socket.listener,
      clock,
      {
        ...events,
        listening: (from, address, handle) => {
          socket.keep(handle, address);
          from.send({ type: 'socket' }, handle);
        },
      },
    );
    this.#living.add(generation);
    return generation;
  }

  /** What is installed may be newer than this process: a hand-over replaces generations only. */
  compareVersion({ number, version }: Generation): void {
    const { version: own, log } = this.#parts.options;
    if (version === undefined || version === own) return;
    log(
      'warn',
      `generation ${number} is version ${version}, this supervisor ${own}; \`sluice restart --full\` replaces it, too`,
    );
  }

  /** One has ended: it is forgotten, the others are told, and what its agents left is ended, too. */
  bury(generation: Generation, unexpected: boolean): void {
    this.#living.delete(generation);
    const { instance } = generation;
    const ended = instance === undefined ? {} : { ended: instance };
    this.tell([{ type: 'alive', instances: this.instances, unexpected, ...ended }]);
    const { clock, timeouts } = this.#parts;
    const sweep: Promise<unknown> = generation.agents
      .sweep(clock, timeouts.killMs)
      .finally(() => this.#sweeps.delete(sweep));
    this.#sweeps.add(sweep);
  }

  tell(messages: readonly ToGeneration[], except?: Generation): void {
    for (const generation of this.#living) {
      if (generation !== except) for (const message of messages) generation.send(message);
    }
  }

  /** Ends those that hang, with their stack in the log. Returns the way to stop looking. */
  watch(): () => void {
    const { timeouts, clock } = this.#parts;
    return watch(
      () => this.#living,
      (generation) => void this.#hung(generation),
      timeouts,
      clock,
    );
  }

  /** Resolves when nothing is left of those that have ended. */
  async swept(): Promise<void> {
    await Promise.all(this.#sweeps);
  }

  async #hung(generation: Generation): Promise<void> {
    const { watchdogMs } = this.#parts.timeouts;
    const stack = generation.pid === undefined ? '' : await stackOf(generation.pid);
    this.#parts.options.log(
      'error',
      `generation ${generation.number} hangs, silent for ${watchdogMs} ms; ended. It was at:\n${stack}`,
    );
    generation.end(`was silent for ${watchdogMs} ms`, 0);
  }
}
