/**
 * What the supervisor and its generations say to each other, over Node's IPC channel.
 *
 * **How a generation is started.** The supervisor runs `options.command` in a process group of its
 * own, with `stdio` 0 ignored, 1 and 2 inherited, 3 the IPC channel and 4 the listening socket
 * (`server.listen({ fd: link.become.listenFd })`). The first one gets none: it knows the address first, from the
 * configuration, so it opens the socket and sends it up with `listening`; the supervisor keeps it for all who
 * come later and gives it back with `socket`, as a handle on which nobody accepts yet (ownSocket.ts). One environment variable, `SLUICE_SUPERVISION`,
 * carries `Become` as JSON; `connectToSupervisor()` reads it and removes it from `process.env`, so
 * that no agent sees it. The variables of the service manager (`NOTIFY_SOCKET`, `WATCHDOG_*`,
 * `LISTEN_*`) are not passed on. A generation leaves SIGUSR1 alone: with it the supervisor asks a
 * hung one for its stack.
 *
 * **First start.** `Become{role: 'first', alive: []}` → `ready` → `activate`. Heartbeats run from
 * `connectToSupervisor()` on. What cannot start says `failed` and exits: 78 ends the supervisor with
 * 78, also after `activate` until it has said `serving` (every account may turn out to be of no use); so does
 * one that says `final` before anybody has served, with its own code; anything else is tried again a few times, then the supervisor ends with 1.
 *
 * **Waiting.** While the database of a shared journal is away, a first generation or a recovery says `waiting` every
 * second, answers 503 on the socket, and is `ready` later.
 *
 * **Accounts.** Before it receives for a platform account, a generation asks for it by
 * `account-wanted`; the supervisor takes the kernel's lock for the home and keeps it, so that the next
 * generation gets the account and another home's does not.
 *
 * **Hand-over.** `restart-requested{mode: 'handover'}` (or SIGUSR1 to the supervisor) →
 * `handover-started` to the serving generation N → N+1 is started with `role: 'successor'` → its
 * `ready` → `activate` to N+1 → it opens the input that several may receive at once and says
 * `receiving` → `drain` to N, `handover-result{state: 'done'}` to all that live → N says `drained` and
 * exits 0 → `alive` to the rest. So both accept for a moment, and at no moment does nobody. If N+1
 * fails or is silent before `receiving` it is ended, nobody is told to drain, and `handover-result`
 * says why. Until `activate`, `cancel-restart` takes it back. (A version from before
 * `receiving`, whose `ready` lacks `tellsReceiving`, makes N drain at `activate`.)
 * A second request joins the running one: it gets a result with its own order id and `joined`.
 *
 * **Crash.** The serving generation ends without having been told to: `alive` goes to the draining
 * ones, and the next is started with `role: 'recovery'` and `alive` naming every instance that still
 * lives: all others may be declared dead in the journal at once.
 *
 * **Stop.** SIGTERM, SIGINT or `stop-requested` → `stop{why: 'stop'}` to every generation → each
 * drains and exits 0 → the supervisor ends with 0. A second signal sends `stop` again with `force`.
 *
 * **Full restart.** `restart-requested{mode: 'full'}`, or the serving generation exits 75 →
 * `stop{why: 'restart'}` to every generation → the supervisor exits 75 under a service manager, and
 * without one becomes its new code in place (same pid, same listening socket).
 *
 * **The supervisor is gone.** The link's `orphaned` fires: end at once, nobody will start a successor
 * while the old process holds the socket; the next `sluice run` ends what is left over.
 */

/** Why a generation was started. */
export type Role = 'first' | 'successor' | 'recovery';

export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/** What a generation is told at its birth (`SLUICE_SUPERVISION`). */
export interface Become {
  readonly generation: number;
  readonly role: Role;
  /** Descriptor of the listening socket, and where it listens. Absent until a generation has opened it. */
  readonly listenFd?: number;
  readonly address?: ListenAddress;
  /** Instances of this home that live now. Every other instance of this machine is dead. */
  readonly alive: readonly string[];
  /** Goes into the environment of every agent child, as `COOKIE_VARIABLE`. */
  readonly cookie: string;
  /** Version of the supervisor's own code: older than the installed one asks for a full restart. */
  readonly supervisorVersion: string;
  readonly supervisorPid: number;
  /** Milliseconds between heartbeats. */
  readonly beatMs: number;
}

export const SUPERVISION_VARIABLE = 'SLUICE_SUPERVISION';
export const COOKIE_VARIABLE = 'SLUICE_GENERATION_COOKIE';

export type RestartMode = 'handover' | 'full';

/** An agent's process, the leader of a process group of its own. */
export interface AgentChild {
  readonly pid: number;
  /** As `startTimeOf(pid)` gave it: with the pid it names a process for good. */
  readonly startTime: string;
}

/** From a generation to the supervisor. */
export type FromGeneration =
  /** Everything is proven (configuration, journal, agents): it may serve. Leases are not yet taken. */
  | {
      readonly type: 'ready';
      readonly instance: string;
      readonly version: string;
      /** How long its stop may take, by its configuration; replaces the supervisor's option. */
      readonly stopTimeoutMs?: number;
      /** How long it may go on with its turns after a hand-over; replaces the supervisor's option. */
      readonly handoverTimeoutMs?: number;
      /** After `activate` it says `receiving`. */
      readonly tellsReceiving?: boolean;
    }
  /** It cannot be ready before something comes back that it needs; said again and again, and it is given the time. */
  | { readonly type: 'waiting'; readonly reason: string }
  /** It has opened the listening socket; the handle comes with the message. Answered by `socket`. */
  | { readonly type: 'listening'; readonly address: ListenAddress }
  /** Its shared input is open: the predecessor may stop. */
  | { readonly type: 'receiving' }
  /** After `activate`: its accounts are started. One that exits 78 before it has served cannot work as configured. */
  | { readonly type: 'serving' }
  /** It wants to serve a platform account; `hash` is one of its token. Answered by `account`. */
  | { readonly type: 'account-wanted'; readonly hash: string }
  | { readonly type: 'heartbeat' }
  | {
      readonly type: 'restart-requested';
      readonly order: string;
      readonly mode: RestartMode;
      readonly force: boolean;
    }
  | { readonly type: 'cancel-restart'; readonly order: string }
  | { readonly type: 'stop-requested'; readonly force: boolean }
  /** A draining generation has nothing left; it exits next. */
  | { readonly type: 'drained' }
  /** It cannot start, or not go on; it exits next with `exitCode`. */
  | {
      readonly type: 'failed';
      readonly reason: string;
      readonly exitCode: number;
      /** Whoever typed the command is to see this at once; trying again would only hide it. */
      readonly final?: boolean;
    }
  | ({ readonly type: 'agent-child' } & AgentChild)
  | { readonly type: 'agent-child-gone'; readonly pid: number };

export type HandOverState = 'done' | 'refused' | 'timed-out' | 'cancelled';

/** From the supervisor to a generation. */
export type ToGeneration =
  /** Leases may move now: it serves. `order` is absent for a first start and a recovery. */
  | { readonly type: 'activate'; readonly order?: string }
  /** The listening socket that it sent up, as a handle of its own that comes with the message. */
  | { readonly type: 'socket' }
  /** A hand-over has begun that this generation may not have asked for (`by`: `signal`). */
  | { readonly type: 'handover-started'; readonly order: string; readonly by: string }
  /** Take no more lanes, finish, leave. `deadline` in epoch milliseconds: after it `stop{force}` comes. */
  | {
      readonly type: 'drain';
      readonly order: string;
      readonly force: boolean;
      readonly deadline: number;
    }
  /** Drain (or, with `force`, cut turns), settle the outbox, exit: 0 for `stop`, 75 for `restart`. */
  | {
      readonly type: 'stop';
      readonly why: 'stop' | 'restart';
      readonly force: boolean;
      readonly deadline: number;
      readonly order?: string;
    }
  | {
      readonly type: 'handover-result';
      readonly order: string;
      readonly state: HandOverState;
      /** Why, for a person; present iff the state is not `done`. */
      readonly reason?: string;
      readonly successor?: string;
      readonly tookMs: number;
      /** The order that was already running, when this one joined it. */
      readonly joined?: string;
    }
  /** Whether this home's supervisor holds the account: false while another gateway of this user does. */
  | { readonly type: 'account'; readonly hash: string; readonly held: boolean }
  /** An instance has ended. `instances` still live; all others are dead. */
  | {
      readonly type: 'alive';
      readonly instances: readonly string[];
      readonly ended?: string;
      readonly unexpected: boolean;
    };
