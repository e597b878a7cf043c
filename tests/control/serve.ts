import { onTestFinished } from 'vitest';
import {
  type ControlServer,
  type ControlServerOptions,
  startControlServer,
} from '../../gateway/control/server.ts';
import type { Operations } from '../../gateway/core/operations.ts';
import type { Progress, ProgressListener } from '../../gateway/core/progress.ts';

export interface Served {
  readonly server: ControlServer;
  /** Lines that the server logged. */
  readonly logged: object[];
  readonly listeners: Set<ProgressListener>;
  emit(progress: Progress): void;
}

/** A control server on a home, closed when the test has finished. */
export async function serve(
  home: string,
  operations: Operations,
  over: Partial<ControlServerOptions> = {},
): Promise<Served> {
  const listeners = new Set<ProgressListener>();
  const logged: object[] = [];
  const note = (fields: object) => void logged.push(fields);
  const server = await startControlServer({
    home,
    operations,
    send: async ({ id, text }) => ({
      received: {
        accepted: true,
        id: `m-${id}`,
        lane: 'terminal:local:shell::owner',
        session: 's-1',
        duplicate: false,
        ahead: 0,
      },
      settled: Promise.resolve({
        message: `m-${id}`,
        outcome: 'answered',
        text: `You said: ${text}`,
      }),
    }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    log: { debug: note, info: note, warn: note, error: note },
    ...over,
  });
  onTestFinished(() => server.close());
  return {
    server,
    logged,
    listeners,
    emit: (progress) => {
      for (const listener of listeners) listener(progress);
    },
  };
}
