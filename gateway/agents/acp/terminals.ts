import { randomUUID } from 'node:crypto';
import type {
  CreateTerminalRequest,
  TerminalExitStatus,
  TerminalOutputResponse,
} from '@agentclientprotocol/sdk';
import type { AgentDeps } from '../deps.ts';
import { ChildGroup } from '../shared/childGroup.ts';
import { confine } from './confine.ts';

const MOST_TERMINALS = 16;
const OUTPUT_LIMIT = 1_048_576;

interface Terminal {
  readonly group: ChildGroup;
  readonly exited: Promise<TerminalExitStatus>;
  output: Buffer;
  truncated: boolean;
  exit?: TerminalExitStatus;
}

/** Commands that one agent process runs through the gateway. They end with it. */
export class Terminals {
  readonly #open = new Map<string, Terminal>();
  readonly #deps: Pick<AgentDeps, 'clock' | 'registerChild'>;
  readonly #env: Readonly<Record<string, string>>;

  constructor(
    deps: Pick<AgentDeps, 'clock' | 'registerChild'>,
    env: Readonly<Record<string, string>>,
  ) {
    this.#deps = deps;
    this.#env = env;
  }

  /** terminal/create: the program and its arguments, no shell; in `root` or below. */
  async create(root: string, request: CreateTerminalRequest): Promise<string> {
    if (this.#open.size >= MOST_TERMINALS) {
      throw new Error(`no more than ${MOST_TERMINALS} terminals at a time; release one first`);
    }
    const cwd = request.cwd == null ? root : await confine(root, request.cwd);
    const asked = Object.fromEntries((request.env ?? []).map((v) => [v.name, v.value]));
    const group = new ChildGroup(
      {
        command: [request.command, ...(request.args ?? [])],
        cwd,
        env: { ...asked, ...this.#env },
      },
      this.#deps,
    );
    group.child.stdin.end();
    const exited = group.over.then((exit) => {
      const status = { exitCode: exit.error === undefined ? exit.code : 127, signal: exit.signal };
      terminal.exit = status;
      return status;
    });
    const terminal: Terminal = { group, exited, output: Buffer.alloc(0), truncated: false };
    const limit = Math.min(request.outputByteLimit ?? OUTPUT_LIMIT, OUTPUT_LIMIT);
    const take = (bytes: Buffer) => {
      const all = Buffer.concat([terminal.output, bytes]);
      terminal.truncated ||= all.length > limit;
      // The protocol keeps the end of the output.
      terminal.output = all.subarray(Math.max(0, all.length - limit));
    };
    group.child.stdout.on('data', take);
    group.child.stderr.on('data', take);
    const id = randomUUID();
    this.#open.set(id, terminal);
    return id;
  }

  output(id: string): TerminalOutputResponse {
    const { output, truncated, exit } = this.#find(id);
    const text = output.toString('utf8');
    return { output: text, truncated, ...(exit === undefined ? {} : { exitStatus: exit }) };
  }

  waitForExit(id: string): Promise<TerminalExitStatus> {
    return this.#find(id).exited;
  }

  async kill(id: string): Promise<void> {
    await this.#find(id).group.end('SIGTERM');
  }

  async release(id: string): Promise<void> {
    const { group } = this.#find(id);
    this.#open.delete(id);
    await group.end('SIGTERM');
  }

  async close(): Promise<void> {
    const all = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(all.map(({ group }) => group.end('SIGKILL')));
  }

  #find(id: string): Terminal {
    const terminal = this.#open.get(id);
    if (terminal === undefined) throw new Error(`there is no terminal ${id}`);
    return terminal;
  }
}
