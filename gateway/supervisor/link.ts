import type { RawHandle } from './listener.ts';
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
  send(message: FromGeneration, handle?: RawHandle): Promise<void>;
  /** One handler per type. */
  on<T extends ToGeneration['type']>(
    type: T,
    run: (message: Message<T>, handle?: RawHandle) => void,
  ): void;
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

  const handlers = new Map<string, (message: never, handle?: RawHandle) => void>();
  const kept: { readonly told: ToGeneration; readonly handle: RawHandle | undefined }[] = [];
  let orphaned = false;
  let closed = false;
  let onOrphaned: (() => void) | undefined;

  const send = (message: FromGeneration, handle?: RawHandle): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (!process.connected) resolve();
    else process.send?.(message, handle as never, undefined, () => resolve());
    return promise;
  };
  const beat = setInterval(() => void send({ type: 'heartbeat' }), become.beatMs);
  beat.unref();

  process.on('message', (message, received) => {
    const told = message as ToGeneration;
    const handle = received as unknown as RawHandle | undefined;
    const handler = handlers.get(told.type);
    if (handler === undefined) kept.push({ told, handle });
    else handler(told as never, handle);
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
      handlers.set(type, run as (message: never, handle?: RawHandle) => void);
      for (const early of kept.filter(({ told }) => told.type === type)) {
        kept.splice(kept.indexOf(early), 1);
        run(early.told as never, early.handle);
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
