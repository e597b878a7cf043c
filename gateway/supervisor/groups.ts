import type { Clock } from '../core/clock.ts';
import { wait } from '../core/wait.ts';
import { allPids, processEntry, variableOf } from './processTable.ts';
import type { AgentChild } from './protocol.ts';
import { COOKIE_VARIABLE, SUPERVISION_VARIABLE } from './protocol.ts';

/**
 * The processes that agents have started for one generation. When the generation has ended, what is
 * left of them is ended: TERM, and KILL after a grace (R25). Nothing is signalled on the word of a pid
 * alone: a process must carry the generation's cookie in its environment, and a registered leader must
 * still have the start time it was registered with.
 */
export class AgentGroups {
  readonly #cookie: string;
  readonly #leaders = new Map<number, AgentChild>();

  constructor(cookie: string) {
    this.#cookie = cookie;
  }

  add(child: AgentChild): void {
    this.#leaders.set(child.pid, child);
  }

  remove(pid: number): void {
    this.#leaders.delete(pid);
  }

  /** Ends what is left, and resolves with how many processes there were. */
  async sweep(clock: Clock, graceMs: number): Promise<number> {
    // Those never registered (the generation died between spawn and message) are found by the cookie.
    return endAll(() => this.#left(), clock, graceMs);
  }

  #left(): number[] {
    return carriers((cookie) => cookie === this.#cookie).filter((pid) => {
      const registered = this.#leaders.get(pid);
      return registered === undefined || processEntry(pid)?.startTime === registered.startTime;
    });
  }
}

/**
 * Ends generations and agent children that an earlier supervisor of this home left behind when it was
 * killed. Call it with the home's lock held and before the port is bound: what is left may hold both
 * the socket and the agents' work.
 * @param homeTag the start of every cookie of this home.
 */
export async function sweepLeftovers(
  homeTag: string,
  clock: Clock,
  graceMs: number,
): Promise<number> {
  const mine = (cookie: string) => cookie.startsWith(homeTag);
  return endAll(() => [...generations(mine), ...carriers(mine)], clock, graceMs);
}

function carriers(wanted: (cookie: string) => boolean): number[] {
  return allPids().filter((pid) => {
    if (pid === process.pid) return false;
    const cookie = variableOf(pid, COOKIE_VARIABLE);
    return cookie !== undefined && wanted(cookie) && processEntry(pid) !== undefined;
  });
}

function generations(wanted: (cookie: string) => boolean): number[] {
  return allPids().filter((pid) => {
    if (pid === process.pid) return false;
    const supervision = variableOf(pid, SUPERVISION_VARIABLE);
    if (supervision === undefined) return false;
    const cookie = /"cookie":"([^"]*)"/.exec(supervision)?.[1];
    return cookie !== undefined && wanted(cookie) && processEntry(pid) !== undefined;
  });
}

async function endAll(left: () => number[], clock: Clock, graceMs: number): Promise<number> {
  const first = left();
  if (first.length === 0) return 0;
  signalAll(first, 'SIGTERM');
  const until = clock.monotonic() + graceMs;
  while (clock.monotonic() < until) {
    await wait(clock, 20);
    if (left().length === 0) return first.length;
  }
  signalAll(left(), 'SIGKILL');
  return first.length;
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended by itself in the meantime.
    }
  }
}
