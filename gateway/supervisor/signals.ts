import { isatty } from 'node:tty';

/** What a signal asks of the supervisor. */
export type SignalWish = 'stop' | 'hand-over';

export interface Signals {
  /** Hands over every wish, the early ones first. One subscriber. */
  subscribe(run: (wish: SignalWish, signal: NodeJS.Signals) => void): void;
  close(): void;
}

/**
 * Catches signals from now on and keeps them until somebody subscribes (R29). Call it on the first line
 * of the process.
 *
 * - SIGTERM, SIGINT: stop with a drain; again: do not wait for turns.
 * - SIGUSR1: hand-over. (Node would else open its inspector.)
 * - SIGHUP: with a terminal it has been closed: stop. Without one: hand-over, which reads the
 *   configuration anew, as daemons do.
 * - SIGPIPE has no handler on purpose: Node ignores it, and a handler would change nothing.
 */
export function catchSignals(atTerminal: boolean = isatty(1)): Signals {
  const kept: [SignalWish, NodeJS.Signals][] = [];
  let deliver = (wish: SignalWish, signal: NodeJS.Signals): void => {
    kept.push([wish, signal]);
  };
  const wishes: Partial<Record<NodeJS.Signals, SignalWish>> = {
    SIGTERM: 'stop',
    SIGINT: 'stop',
    SIGUSR1: 'hand-over',
    SIGHUP: atTerminal ? 'stop' : 'hand-over',
  };
  const handlers = Object.entries(wishes).map(([name, wish]) => {
    const signal = name as NodeJS.Signals;
    const handler = () => deliver(wish, signal);
    process.on(signal, handler);
    return { signal, handler };
  });
  return {
    subscribe(run) {
      deliver = run;
      for (const [wish, signal] of kept.splice(0)) run(wish, signal);
    },
    close() {
      for (const { signal, handler } of handlers) process.off(signal, handler);
    },
  };
}
