import {
  type ClientConnection,
  client,
  type InitializeResponse,
  methods,
  PROTOCOL_VERSION,
  RequestError,
  type RequestPermissionRequest,
  type RequestPermissionResponse,
  type SessionConfigOption,
  type SessionUpdate,
} from '@agentclientprotocol/sdk';
import { SECOND } from '../../core/clock.ts';
import type { AgentDeps } from '../deps.ts';
import { ChildGroup, type ChildSpec, type Exit } from '../shared/childGroup.ts';
import { logLines } from '../shared/lines.ts';
import { readTextFile, writeTextFile } from './files.ts';
import { messageStream } from './messageStream.ts';
import type { AcpOptions } from './options.ts';
import { Terminals } from './terminals.ts';
import { FAILURES_WANTED } from './toldFailure.ts';

/** The turn that a session's updates and questions go to. Without one they are dropped: a replayed history. */
export interface Listener {
  update(update: SessionUpdate): void;
  permission(request: RequestPermissionRequest): Promise<RequestPermissionResponse>;
}

/** A session that is open in a process. */
export interface OpenSession {
  readonly id: string;
  /** Its working directory, a real path. */
  readonly cwd: string;
  configOptions: readonly SessionConfigOption[];
  /** What it has cost so far, in US dollars; undefined when it was opened in an earlier process. */
  cost: number | undefined;
  listener: Listener | undefined;
}

/** One running agent: the process, its connection, and the sessions open in it. */
export class AcpProcess {
  readonly group: ChildGroup;
  readonly sessions = new Map<string, OpenSession>();
  /** It ignored a cancel or broke: no further turn is given to it. */
  retired = false;
  /** Why the gateway ended it, as the end of a sentence. */
  endedBecause: string | undefined;
  capabilities: NonNullable<InitializeResponse['agentCapabilities']> = {};
  /** It takes text into a running prompt, by the extension of `steering.ts`. */
  steers = false;
  readonly #connection: ClientConnection;
  readonly #terminals: Terminals;
  readonly #options: AcpOptions;
  readonly #deps: AgentDeps;

  constructor(spec: ChildSpec, options: AcpOptions, deps: AgentDeps) {
    this.#options = options;
    this.#deps = deps;
    this.group = new ChildGroup(spec, deps);
    this.#terminals = new Terminals(deps, spec.env);
    const program = spec.command[0] as string;
    const log = (line: string) => deps.log.info({ program, line }, 'agent stderr');
    logLines(this.group.child.stderr, log);
    const stream = messageStream(this.group.child, {
      garbage: (line) =>
        deps.log.warn({ program, line }, 'agent printed a line that is no message'),
      tooMuchGarbage: () => void this.end('SIGTERM'),
    });
    this.#connection = this.#app().connect(stream);
    this.#connection.closed.catch(() => {});
    void this.group.over.then(() => {
      this.retired = true;
      this.#connection.close();
      void this.#terminals.close();
    });
  }

  get agent(): ClientConnection['agent'] {
    return this.#connection.agent;
  }

  /**
   * Shakes hands.
   * @throws Error when it speaks another version, ends, or is silent for `start_timeout`.
   */
  async initialize(version: string): Promise<void> {
    const { fs, terminal } = this.#options;
    const answer = await this.bounded(
      this.agent.request(methods.agent.initialize, {
        protocolVersion: PROTOCOL_VERSION,
        clientInfo: { name: 'sluice', version },
        clientCapabilities: {
          fs: { readTextFile: fs, writeTextFile: fs },
          terminal,
          _meta: FAILURES_WANTED,
        },
      }),
      'initialize',
    );
    if (answer.protocolVersion !== PROTOCOL_VERSION) {
      throw new Error(
        `it speaks version ${answer.protocolVersion} of the Agent Client Protocol and the gateway speaks ${PROTOCOL_VERSION}; install a matching version of the agent`,
      );
    }
    this.capabilities = answer.agentCapabilities ?? {};
    this.steers = canSteer(answer._meta) || canSteer(this.capabilities._meta);
  }

  /** What `request` gives, unless the process ends or `start_timeout` passes before. */
  async bounded<T>(request: Promise<T>, what: string): Promise<T> {
    const seconds = this.#options.start_timeout;
    let late = () => {};
    const tooLate = new Promise<never>((_, reject) => {
      late = () =>
        reject(new Error(`it did not answer "${what}" within ${seconds} s (start_timeout)`));
    });
    const timer = this.#deps.clock.after(seconds * SECOND, () => late());
    try {
      const ended = async (exit: Promise<Exit>): Promise<never> => {
        throw new Error(`it ended ${this.endText(await exit)}`);
      };
      return await Promise.race([
        request.catch((error) => ended(this.exitAfter(error))),
        tooLate,
        ended(this.group.over),
      ]);
    } finally {
      timer.cancel();
      request.catch(() => {});
    }
  }

  /**
   * How the process ended, for a request that failed because the connection closed: the pipe closes a
   * moment before the exit is known, and the exit is what a person can use.
   * @throws the error itself when it is the agent's own answer.
   */
  async exitAfter(error: unknown): Promise<Exit> {
    if (error instanceof RequestError) throw error;
    return this.end('SIGTERM');
  }

  /** How it ended, for people. */
  endText(exit: Exit): string {
    return this.endedBecause ?? exitText(exit);
  }

  end(first: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<Exit> {
    this.retired = true;
    return this.group.end(first);
  }

  #app() {
    const session = (id: string): OpenSession => {
      const open = this.sessions.get(id);
      if (open === undefined) throw new Error(`there is no session ${id}`);
      return open;
    };
    const app = client({ name: 'sluice' })
      .onNotification(methods.client.session.update, ({ params }) => {
        this.sessions.get(params.sessionId)?.listener?.update(params.update);
      })
      .onRequest(methods.client.session.requestPermission, async ({ params }) => {
        const listener = this.sessions.get(params.sessionId)?.listener;
        return listener?.permission(params) ?? { outcome: { outcome: 'cancelled' as const } };
      });
    // What is not configured is not offered, and a request for it is an unknown method.
    if (this.#options.fs) {
      app
        .onRequest(methods.client.fs.readTextFile, ({ params }) =>
          readTextFile(session(params.sessionId).cwd, params),
        )
        .onRequest(methods.client.fs.writeTextFile, ({ params }) =>
          writeTextFile(session(params.sessionId).cwd, params),
        );
    }
    if (this.#options.terminal) {
      const { terminal } = methods.client;
      app
        .onRequest(terminal.create, async ({ params }) => ({
          terminalId: await this.#terminals.create(session(params.sessionId).cwd, params),
        }))
        .onRequest(terminal.output, ({ params }) => this.#terminals.output(params.terminalId))
        .onRequest(terminal.waitForExit, ({ params }) =>
          this.#terminals.waitForExit(params.terminalId),
        )
        .onRequest(terminal.kill, ({ params }) => this.#terminals.kill(params.terminalId))
        .onRequest(terminal.release, ({ params }) => this.#terminals.release(params.terminalId));
    }
    return app;
  }
}

/** How a process ended, as the end of a sentence. */
function exitText({ code, signal, error }: Exit): string {
  if (error !== undefined) return `before it began (${error.message})`;
  return signal === null ? `with exit code ${code}` : `by ${signal}`;
}

/** Whether an agent's metadata offers the extension of `steering.ts`. */
function canSteer(meta: unknown): boolean {
  const { steering } = (meta ?? {}) as { steering?: { supported?: unknown } | null };
  return steering?.supported === true;
}
