import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { SECOND } from '../../core/clock.ts';
import type { AgentDeps } from '../deps.ts';

/** How a process ended; `error` when it could not even start. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** How long each rung of the ladder SIGINT → SIGTERM → SIGKILL is given; in sum under the gateway's grace. */
export const RUNG_MS = 1.2 * SECOND;

export interface ChildSpec {
  readonly command: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/**
 * A program in a process group of its own, so that whatever it starts ends with it.
 *
 *     running ──end()──▶ asked to end ──a rung──▶ terminated ──a rung──▶ killed
 *        └───────────────────┴───── the leader exits ─┴──▶ over: the rest of the group is killed
 *
 * `over` resolves in every case at most a rung after the kill, even for a process that can't be killed.
 */
export class ChildGroup {
  readonly child: ChildProcessWithoutNullStreams;
  readonly over: Promise<Exit>;
  readonly #deps: Pick<AgentDeps, 'clock'>;
  #exited = false;
  #ending = false;
  #isOver: (exit: Exit) => void = () => {};
  #unregister: () => void = () => {};

  constructor(spec: ChildSpec, deps: Pick<AgentDeps, 'clock' | 'registerChild'>) {
    this.#deps = deps;
    const [program, ...args] = spec.command;
    this.over = new Promise((resolve) => {
      this.#isOver = resolve;
    });
    this.child = spawn(program as string, args, {
      cwd: spec.cwd,
      env: { ...spec.env },
      stdio: 'pipe',
      detached: true,
    });
    // A program that does not read its input is its own business.
    this.child.stdin.on('error', () => {});
    if (this.child.pid !== undefined) {
      this.#unregister = deps.registerChild?.({ pid: this.child.pid }) ?? (() => {});
    }
    this.child.once('error', (error) => {
      if (this.child.pid === undefined) this.#isOver({ code: null, signal: null, error });
    });
    this.child.once('exit', (code, signal) => this.#afterExit({ code, signal }));
  }

  get pid(): number | undefined {
    return this.child.pid;
  }
  get running(): boolean {
    return this.child.pid !== undefined && !this.#exited;
  }

  /** Ends the group, more firmly with each rung. Idempotent; resolves when it is over. */
  end(first: 'SIGINT' | 'SIGTERM' | 'SIGKILL' = 'SIGINT'): Promise<Exit> {
    if (this.#ending || !this.running) return this.over;
    this.#ending = true;
    const ladder = ['SIGINT', 'SIGTERM', 'SIGKILL'] as const;
    this.#climb(ladder.slice(ladder.indexOf(first)));
    return this.over;
  }

  #climb(ladder: readonly NodeJS.Signals[]): void {
    const [signal, ...rest] = ladder;
    if (this.#exited) return;
    if (signal === undefined) {
      this.#isOver({ code: null, signal: 'SIGKILL' });
      return;
    }
    this.#kill(signal);
    const timer = this.#deps.clock.after(RUNG_MS, () => this.#climb(rest));
    void this.over.then(() => timer.cancel());
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.child;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch {
      // ESRCH: the group is gone already.
    }
  }

  /** The leader is gone. Its output may still be in the pipe, held open by a process it left behind. */
  #afterExit(exit: Exit): void {
    this.#exited = true;
    const finish = () => {
      timer.cancel();
      this.child.off('close', finish);
      // Node has reaped the leader, but the kernel keeps the group's number while a member lives.
      this.#kill('SIGKILL');
      this.child.stdout.destroy();
      this.child.stderr.destroy();
      this.#unregister();
      this.#isOver(exit);
    };
    const timer = this.#deps.clock.after(this.#ending ? RUNG_MS / 4 : RUNG_MS, finish);
    this.child.once('close', finish);
  }
}
