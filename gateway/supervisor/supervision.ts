import { randomUUID } from 'node:crypto';
import type { Clock } from '../core/clock.ts';
import { ExitCode, SluiceError } from '../core/exit.ts';
import type { AccountLocks } from './accountLocks.ts';
import type { Exit, Generation } from './generation.ts';
import { Generations } from './generations.ts';
import { HandOver } from './handover.ts';
import type { SocketKeeper } from './listener.ts';
import type { ServiceManager } from './notify.ts';
import { type SupervisorOptions, type SupervisorTimeouts, TIMEOUT_DEFAULTS } from './options.ts';
import type { SupervisionParts } from './parts.ts';
import type { FromGeneration, HandOverState } from './protocol.ts';
import { Recovery } from './recovery.ts';

interface Request {
  readonly order: string;
  readonly force: boolean;
  readonly by: string;
}

/**
 * Who serves, who comes, who leaves.
 *
 * The supervisor wants one thing at a time, its *goal*: `serve`, later `stop` or `restart`, never back.
 *
 * While it is `serve`, at most one generation serves and at most one is on its way up: either
 * *starting* (the first, or a recovery; nobody serves) or the *candidate* of a hand-over (somebody
 * served when it began). Any number leave.
 * - A starting generation that is ready serves. If it ends before, the next is started after a wait that
 *   grows; but exit 78 before anybody ever served its accounts ends the supervisor with 78, and three failed
 *   starts in a row end it with 1, because the person who typed the command is still watching. Once somebody
 *   has served, it is tried for ever, at long intervals, and each try is logged.
 * - A candidate that is ready opens; once it receives it serves, and the one before it is told to drain.
 *   If it is not or does not, it is ended and the one before serves on; unless that one died meanwhile:
 *   then a recovery starts.
 * - A serving generation that ends: with 0 it was asked to stop (goal `stop`), with 75 to restart
 *   (goal `restart`); anything else is a crash. A candidate that is on its way then takes its place
 *   when it is ready, else a recovery is started.
 * - A hand-over that is asked for while nobody serves is kept until somebody does.
 *
 * When the goal is `stop` or `restart`, every generation is told to, candidate and starting one too,
 * each is ended when its time is over, and the supervisor ends when the last one has.
 */
export class Supervision {
  readonly #options: SupervisorOptions;
  readonly #log: SupervisorOptions['log'];
  readonly #timeouts: SupervisorTimeouts;
  readonly #socket: SocketKeeper;
  readonly #manager: ServiceManager;
  readonly #clock: Clock;
  readonly #recovery: Recovery;
  readonly #result = Promise.withResolvers<ExitCode>();
  readonly #generations: Generations;

  #goal: 'serve' | 'stop' | 'restart' = 'serve';
  #force = false;
  readonly #accounts: AccountLocks;
  #serving: Generation | undefined;
  #starting: Generation | undefined;
  #handOver: HandOver | undefined;
  /** Hand-overs asked for while nobody served. */
  #waiting: Request[] = [];

  constructor(options: SupervisorOptions, parts: SupervisionParts) {
    this.#options = options;
    this.#log = options.log;
    this.#timeouts = { ...TIMEOUT_DEFAULTS, ...options.timeouts };
    this.#socket = parts.socket;
    this.#manager = parts.manager;
    this.#clock = parts.clock;
    this.#accounts = parts.accounts;
    this.#recovery = new Recovery({
      ...parts,
      options,
      everServed: parts.generations > 0,
      start: (role) => this.#start(role),
    });
    this.#generations = new Generations({
      ...parts,
      options,
      timeouts: this.#timeouts,
      number: parts.generations,
      events: { message: (g, m) => this.#heard(g, m), ended: (g, exit) => this.#ended(g, exit) },
    });
  }

  /** The number of the latest generation. */
  get generations(): number {
    return this.#generations.number;
  }

  /**
   * Supervises until the goal is reached. RESTART means that everything has ended to start anew.
   * @throws SluiceError what a first start said that is not tried again.
   */
  async run(): Promise<ExitCode> {
    const unwatch = this.#generations.watch();
    this.#options.signals?.subscribe((wish, signal) => {
      this.#log('info', `${signal}: ${wish}`);
      if (wish === 'stop') this.#leaveAll('stop', this.#goal !== 'serve');
      else this.#begin({ order: `signal-${randomUUID()}`, force: false, by: 'signal' });
    });
    if (this.#goal === 'serve') this.#start('first');
    try {
      return await this.#result.promise;
    } finally {
      unwatch();
      await this.#generations.swept();
    }
  }

  #start(role: 'first' | 'recovery'): void {
    const generation = this.#generations.start(role);
    this.#starting = generation;
    this.#log('info', `generation ${generation.number} starts (${role})`);
    generation.readyWithin(this.#timeouts.readyMs, this.#timeouts.killMs);
  }

  #heard(from: Generation, message: FromGeneration): void {
    switch (message.type) {
      case 'ready':
        from.instance = message.instance;
        from.version = message.version;
        from.stopTimeoutMs = message.stopTimeoutMs;
        from.handoverTimeoutMs = message.handoverTimeoutMs;
        this.#generations.compareVersion(from);
        this.#ready(from, message.tellsReceiving === true);
        return;
      case 'waiting':
        if (this.#starting !== from) return;
        // Else the service manager would end what only waits.
        if (from.waits(this.#timeouts.readyMs, this.#timeouts.killMs))
          this.#manager.ready(`generation ${from.number}: ${message.reason}`);
        return;
      case 'receiving':
        if (this.#handOver?.candidate === from) this.#promote(from);
        return;
      case 'serving':
        this.#recovery.servedAccounts();
        return;
      case 'account-wanted': {
        const { hash } = message;
        from.send({ type: 'account', hash, held: this.#accounts.hold(hash) });
        return;
      }
      case 'restart-requested':
        if (message.mode === 'full') this.#leaveAll('restart', message.force, message.order);
        else this.#begin({ ...message, by: `generation ${from.number}` });
        return;
      case 'cancel-restart':
        this.#waiting = this.#waiting.filter((request) => request.order !== message.order);
        if (this.#handOver?.has(message.order) && !this.#handOver.opening)
          this.#giveUp('cancelled', 'it was cancelled');
        return;
      case 'stop-requested':
        this.#leaveAll('stop', message.force);
        return;
      case 'drained':
        from.leaveWithin(this.#timeouts.forceMs, 'had drained but did not exit');
        return;
    }
  }

  #ready(generation: Generation, tellsReceiving: boolean): void {
    if (generation.state !== 'starting' || this.#goal !== 'serve') return;
    const handOver = this.#handOver?.candidate === generation ? this.#handOver : undefined;
    generation.state = 'serving';
    generation.missedBeats = 0;
    generation.send({ type: 'activate', ...(handOver && { order: handOver.order }) });
    if (handOver !== undefined && tellsReceiving) handOver.open();
    else this.#promote(generation);
  }

  /** It serves, and the one before it, if there is one, leaves. */
  #promote(generation: Generation): void {
    const handOver = this.#handOver?.candidate === generation ? this.#handOver : undefined;
    const predecessor = this.#serving;
    this.#serving = generation;
    this.#starting = undefined;
    this.#handOver = undefined;
    this.#recovery.served();
    if (handOver !== undefined) {
      const { forceMs } = this.#timeouts;
      const handoverMs = predecessor?.handoverTimeoutMs ?? this.#timeouts.handoverMs;
      predecessor?.drain(handOver.order, handOver.force, handoverMs, forceMs);
      this.#generations.tell(handOver.settle('done'));
    }
    const serves = `generation ${generation.number} serves${this.#socket.where}`;
    this.#log('info', serves);
    this.#manager.ready(serves);
    for (const request of this.#waiting.splice(0)) this.#begin(request);
  }

  #begin(request: Request): void {
    const { order, force, by } = request;
    if (this.#goal !== 'serve') {
      const reason = `the gateway is about to ${this.#goal}`;
      const refused = { state: 'refused', reason, tookMs: 0 } as const;
      this.#generations.tell([{ type: 'handover-result', order, ...refused }]);
    } else if (this.#handOver !== undefined) {
      this.#handOver.join(order, force);
    } else if (this.#serving === undefined) {
      this.#waiting.push(request);
    } else {
      const candidate = this.#generations.start('successor');
      const timing = {
        ...this.#timeouts,
        timedOut: (reason: string) => this.#giveUp('timed-out', reason),
      };
      this.#handOver = new HandOver(candidate, request, timing, this.#clock);
      this.#serving.send({ type: 'handover-started', order, by });
      this.#log('info', `hand-over ${order}: generation ${candidate.number} starts`);
      this.#manager.reloading(`hand-over to generation ${candidate.number}`);
    }
  }

  /** Ends a hand-over that has not moved anything. */
  #giveUp(state: Exclude<HandOverState, 'done'>, reason: string): void {
    const handOver = this.#handOver;
    if (handOver === undefined) return;
    this.#handOver = undefined;
    this.#generations.tell(handOver.settle(state, reason), handOver.candidate);
    handOver.candidate.end(reason, this.#timeouts.killMs);
    if (this.#goal !== 'serve') return;
    const number = this.#serving?.number;
    this.#log('warn', `hand-over ${handOver.order} ${state}: ${reason}`);
    if (number === undefined) this.#recovery.plan(reason, false);
    else this.#manager.ready(`generation ${number} serves on; hand-over ${state}: ${reason}`);
  }

  #ended(generation: Generation, exit: Exit): void {
    const { number } = generation;
    const role = this.#roleOf(generation);
    const asked = generation.endedBecause === undefined && (exit.code === 0 || exit.code === 75);
    const unexpected = role === 'leaving' ? !asked : this.#goal === 'serve';
    // Who serves may also have been asked to end by its own socket; that is no reason to worry.
    const worrying = unexpected && !(role === 'serving' && asked);
    const end = this.#goal === 'serve' ? this.#recovery.verdict(role, exit) : undefined;
    // What the process ends with is said by whoever ends it.
    if (!(end instanceof SluiceError))
      this.#log(worrying ? 'warn' : 'info', `generation ${number} (${role}): ${exit.reason}`);
    if (role === 'serving') this.#serving = undefined;
    if (role === 'starting') this.#starting = undefined;
    this.#generations.bury(generation, unexpected);

    if (this.#goal !== 'serve') {
      if (this.#generations.size === 0) this.#finish();
    } else if (role === 'candidate') {
      this.#giveUp('refused', `generation ${number} ${exit.reason}`);
    } else if (role === 'serving' || role === 'starting') {
      this.#fell(exit, end);
    }
  }

  #roleOf(generation: Generation): 'serving' | 'starting' | 'candidate' | 'leaving' {
    if (generation === this.#serving) return 'serving';
    if (generation === this.#starting) return 'starting';
    return generation === this.#handOver?.candidate ? 'candidate' : 'leaving';
  }

  /** The goal is to serve, and the one that served or was about to has ended. */
  #fell({ code, reason }: Exit, end: ReturnType<Recovery['verdict']>): void {
    const { OK, RESTART, CONFIG } = ExitCode;
    if (code === OK || code === RESTART) this.#leaveAll(code === OK ? 'stop' : 'restart', false);
    else if (end instanceof SluiceError) this.#result.reject(end);
    else if (end !== undefined) this.#result.resolve(end);
    // A successor that is on its way takes the place.
    else if (this.#handOver === undefined) this.#recovery.plan(reason, code === CONFIG);
  }

  #leaveAll(goal: 'stop' | 'restart', force: boolean, order?: string): void {
    // A stop outranks a restart that is under way; nothing outranks a stop.
    if (this.#goal !== 'stop') this.#goal = goal;
    this.#force ||= force;
    this.#recovery.cancel();
    this.#manager.stopping(this.#goal === 'stop' ? 'stopping' : 'restarting');
    this.#giveUp('refused', `the gateway is about to ${this.#goal}`);
    for (const request of this.#waiting.splice(0)) this.#begin(request);
    for (const generation of this.#generations) {
      if (generation.endedBecause !== undefined) continue;
      const ms = this.#force
        ? this.#timeouts.forceMs
        : (generation.stopTimeoutMs ?? this.#timeouts.stopMs);
      const how = {
        why: this.#goal === 'stop' ? ('stop' as const) : ('restart' as const),
        force: this.#force,
        ...(order !== undefined && { order }),
      };
      generation.stop(how, ms);
    }
    if (this.#generations.size === 0) this.#finish();
  }

  #finish(): void {
    this.#result.resolve(this.#goal === 'restart' ? ExitCode.RESTART : ExitCode.OK);
  }
}
