import { startTimeOf } from './processTable.ts';
import type { Become, FromGeneration, ToGeneration } from './protocol.ts';
import { COOKIE_VARIABLE, SUPERVISION_VARIABLE } from './protocol.ts';

type Message<T extends ToGeneration['type']> = Extract<ToGeneration, { type: T }>;

/** A generation's side of the channel. Messages that come before their handler are kept for it. */
export interface SupervisorLink {
  readonly become: Become;
  /** For the environment of every agent child, so that it can be found and ended later. */
  readonly agentEnv: Readonly<Record<string, string>>;
  /** Resolves when the message has left this process (or there is nobody to take it). Never rejects. */
  send(message: FromGeneration): Promise<void>;
  /** One handler per type. */
  on<T extends ToGeneration['type']>(type: T, run: (message: Message<T>) => void): void;
  /** The supervisor is gone: nobody will start a successor. End at once. */
  onOrphaned(run: () => void): void;
  /** Registers an agent's process (the leader of its own group). */
  agentStarted(pid: number): void;
  agentEnded(pid: number): void;
  /** Ends heartbeats and closes the channel, so that the process can end by itself. */
  close(): void;
}

/**
 * Connects to the supervisor that started this process, or returns undefined when there is none.
 * Call it once, first thing: heartbeats start here.
 */
export function connectToSupervisor(): SupervisorLink | undefined {
  const supervision = process.env[SUPERVISION_VARIABLE];
  if (supervision === undefined || process.send === undefined) return undefined;
  delete process.env[SUPERVISION_VARIABLE];
  const become = JSON.parse(supervision) as Become;

  const handlers = new Map<string, (message: never) => void>();
  const kept: ToGeneration[] = [];
  let orphaned = false;
  let closed = false;
  let onOrphaned: (() => void) | undefined;

  const send = (message: FromGeneration): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!process.connected) resolve();
    else process.send?.(message, undefined, undefined, () => resolve());
    return promise;
  };
  const beat = setInterval(() => void send({ type: 'heartbeat' }), become.beatMs);
  beat.unref();

  process.on('message', (message) => {
    const told = message as ToGeneration;
    const handler = handlers.get(told.type);
    if (handler === undefined) kept.push(told);
    else handler(told as never);
  });
  process.once('disconnect', () => {
    clearInterval(beat);
    if (closed) return;
    orphaned = true;
    onOrphaned?.();
  });

  return {
    become,
    agentEnv: { [COOKIE_VARIABLE]: become.cookie },
    send,
    on(type, run) {
      handlers.set(type, run as (message: never) => void);
      for (const told of kept.filter((m) => m.type === type)) {
        kept.splice(kept.indexOf(told), 1);
        run(told as never);
      }
    },
    onOrphaned(run) {
      onOrphaned = run;
      if (orphaned) run();
    },
    agentStarted(pid) {
      const startTime = startTimeOf(pid);
      if (startTime !== undefined) void send({ type: 'agent-child', pid, startTime });
    },
    agentEnded(pid) {
      void send({ type: 'agent-child-gone', pid });
    },
    close() {
      closed = true;
      clearInterval(beat);
      if (process.connected) process.disconnect();
    },
  };
}
