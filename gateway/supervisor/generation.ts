import { type ChildProcess, spawn } from 'node:child_process';
import type { Clock, Timer } from '../core/clock.ts';
import { AgentGroups } from './groups.ts';
import type { Listener, RawHandle } from './listener.ts';
import type { Become, FromGeneration, ListenAddress, ToGeneration } from './protocol.ts';
import { COOKIE_VARIABLE, SUPERVISION_VARIABLE } from './protocol.ts';

/** How a generation's process ended. */
export interface Exit {
  readonly code: number | undefined;
  readonly reason: string;
  /** What it said itself before: for a person. */
  readonly said?: string;
  /** It asked not to be tried again at its first start. */
  readonly final?: boolean;
}

export interface GenerationEvents {
  message(generation: Generation, message: FromGeneration): void;
  /** It has opened the listening socket. */
  listening(generation: Generation, address: ListenAddress, handle: RawHandle): void;
  ended(generation: Generation, exit: Exit): void;
}

const LISTEN_FD = 4;
/** What belongs to the supervisor's own dealings and not to a generation, let alone to its agents. */
const WITHHELD = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
  'SLUICE_LISTENER',
  COOKIE_VARIABLE,
];
/** After the exit, the channel may still hold what it said last. */
const LAST_WORDS_MS = 500;

/**
 * One gateway process.
 *
 *     starting ─ready→ serving ─told to drain→ leaving ─exit→ ended
 *         └────────────told to stop──────────────┘
 *
 * `leaving` is set by the supervisor; an exit from any other state is unexpected.
 */
export class Generation {
  readonly number: number;
  readonly agents: AgentGroups;
  readonly pid: number | undefined;
  state: 'starting' | 'serving' | 'leaving' | 'ended' = 'starting';
  /** Known from `ready` on. */
  instance: string | undefined;
  version: string | undefined;
  stopTimeoutMs: number | undefined;
  handoverTimeoutMs: number | undefined;
  /** Watchdog ticks since the last heartbeat. */
  missedBeats = 0;
  /** Set while this process is being ended by us, with the reason. */
  endedBecause: string | undefined;

  readonly #child: ChildProcess;
  readonly #clock: Clock;
  #failed: Extract<FromGeneration, { type: 'failed' }> | undefined;
  #waits = false;
  #readyTimer: Timer | undefined;
  #drainTimer: Timer | undefined;
  #leaveTimer: Timer | undefined;
  #killTimer: Timer | undefined;

  constructor(
    become: Become,
    command: { readonly args: readonly string[]; readonly env?: Readonly<Record<string, string>> },
    listener: Listener | undefined,
    clock: Clock,
    events: GenerationEvents,
  ) {
    this.number = become.generation;
    this.agents = new AgentGroups(become.cookie);
    this.#clock = clock;
    const told: Become =
      listener === undefined
        ? become
        : { ...become, listenFd: LISTEN_FD, address: listener.address };
    // Detached: a group of its own, so that Ctrl-C reaches the supervisor alone, which then drains.
    this.#child = spawn(process.execPath, [...process.execArgv, ...command.args], {
      stdio: [
        'ignore',
        'inherit',
        'inherit',
        'ipc',
        ...(listener === undefined ? [] : [listener.fd]),
      ],
      detached: true,
      env: {
        ...passedOn(process.env),
        ...command.env,
        [SUPERVISION_VARIABLE]: JSON.stringify(told),
      },
    });
    this.pid = this.#child.pid;

    const silent = Promise.withResolvers<void>();
    this.#child.once('disconnect', () => silent.resolve());
    this.#child.on('message', (message, handle) => {
      const said = message as FromGeneration;
      this.missedBeats = 0;
      if (said.type === 'failed') this.#failed = said;
      else if (said.type === 'agent-child') this.agents.add(said);
      else if (said.type === 'agent-child-gone') this.agents.remove(said.pid);
      else if (said.type === 'listening')
        events.listening(this, said.address, handle as unknown as RawHandle);
      else events.message(this, said);
    });
    const end = (exit: Exit) => {
      if (this.state === 'ended') return;
      this.state = 'ended';
      this.#readyTimer?.cancel();
      this.#drainTimer?.cancel();
      this.#leaveTimer?.cancel();
      this.#killTimer?.cancel();
      events.ended(this, exit);
    };
    this.#child.once('error', (error) => {
      if (this.pid === undefined)
        end({ code: undefined, reason: `could not be started: ${error.message}` });
    });
    this.#child.once('exit', (code, signal) => {
      const enough = clock.after(LAST_WORDS_MS, () => silent.resolve());
      void silent.promise.then(() => {
        enough.cancel();
        end(this.#exit(code, signal));
      });
    });
  }

  /** Whatever cannot be delivered was meant for a process that is ending; its exit says the rest. */
  send(message: ToGeneration, handle?: RawHandle): void {
    if (this.#child.connected) this.#child.send(message, handle as never, undefined, () => {});
  }

  /** Ends it, unless it is ready within `ms`. */
  readyWithin(ms: number, killMs: number): void {
    this.#readyTimer?.cancel();
    this.#readyTimer = this.#clock.after(ms, () => {
      if (this.state === 'starting') this.end(`was not ready within ${ms} ms`, killMs);
    });
  }

  /** It says that it waits for something: its time begins anew. `true`: it says so for the first time. */
  waits(ms: number, killMs: number): boolean {
    const first = !this.#waits;
    this.#waits = true;
    this.readyWithin(ms, killMs);
    return first;
  }

  /** Tells it to drain; past the deadline to stop without waiting for turns; then ends it. */
  drain(order: string, force: boolean, handoverMs: number, forceMs: number): void {
    this.state = 'leaving';
    const deadline = this.#clock.now() + handoverMs;
    this.send({ type: 'drain', order, force, deadline });
    this.#drainTimer = this.#clock.after(handoverMs, () =>
      this.stop({ why: 'stop', force: true }, forceMs, 'did not drain in time'),
    );
  }

  /** Tells it to stop, and ends it when it has not within `ms`. */
  stop(
    how: { readonly why: 'stop' | 'restart'; readonly force: boolean; readonly order?: string },
    ms: number,
    orElse = 'did not stop in time',
  ): void {
    this.state = 'leaving';
    this.send({ type: 'stop', ...how, deadline: this.#clock.now() + ms });
    this.leaveWithin(ms, orElse);
  }

  /** Ends it, unless it ends by itself within `ms`. */
  leaveWithin(ms: number, because: string): void {
    this.#leaveTimer?.cancel();
    this.#leaveTimer = this.#clock.after(ms, () => this.end(because, 0));
  }

  /** Told to stop, TERM, then KILL of its whole group after `graceMs` (0: KILL at once). */
  end(because: string, graceMs: number): void {
    if (this.state === 'ended') return;
    this.endedBecause ??= because;
    this.state = 'leaving';
    if (graceMs > 0) {
      // A generation leaves signals to its supervisor; TERM is for one that cannot hear yet.
      this.send({ type: 'stop', why: 'stop', force: true, deadline: this.#clock.now() + graceMs });
      this.#signal('SIGTERM');
    }
    this.#killTimer?.cancel();
    if (graceMs > 0) this.#killTimer = this.#clock.after(graceMs, () => this.#signal('SIGKILL'));
    else this.#signal('SIGKILL');
  }

  #signal(signal: NodeJS.Signals): void {
    // Not after its exit has been reaped: the number may be another's by then.
    if (this.pid === undefined || this.#child.exitCode !== null || this.#child.signalCode !== null)
      return;
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It has ended in this moment.
    }
  }

  #exit(code: number | null, signal: NodeJS.Signals | null): Exit {
    const how = signal === null ? `exited with ${code}` : `was killed by ${signal}`;
    const said = this.#failed === undefined ? '' : `: ${this.#failed.reason}`;
    return {
      code: code ?? this.#failed?.exitCode,
      reason: this.endedBecause ?? `${how}${said}`,
      ...(this.#failed && { said: this.#failed.reason, final: this.#failed.final === true }),
    };
  }
}

/** The supervisor's environment without what is not for generations. */
export function passedOn(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const passed = { ...env };
  for (const name of WITHHELD) delete passed[name];
  return passed;
}
