import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlinkSync } from 'node:fs';
import { promisify } from 'node:util';
import { allPids } from '../../gateway/supervisor/processTable.ts';
import { eventually } from '../harness/eventually.ts';

const run = promisify(execFile);
/** Nobody answers to it: what is sent there is lost, and nobody is told. */
const NOWHERE = '02:00:00:00:00:99';

/**
 * A network namespace of its own. It lives as long as its holder, which reads from a pipe of this process: it ends
 * with the test, however that ends, and with it go its devices.
 */
class Namespace {
  readonly #holder: ChildProcess;
  constructor(holder: ChildProcess) {
    this.#holder = holder;
  }

  /** @throws Error where this user may not have namespaces. */
  static async make(): Promise<Namespace> {
    const holder = spawn('unshare', ['--net', '--uts', 'sh', '-c', 'echo made; exec cat'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const made = once(holder.stdout, 'data');
    const failed = once(holder, 'exit').then(() => {
      throw new Error('no network namespace can be made here');
    });
    failed.catch(() => {});
    await Promise.race([made, failed]);
    return new Namespace(holder);
  }

  get pid(): number {
    return this.#holder.pid as number;
  }
  /** What stands before a command that is to run inside. */
  get enter(): readonly string[] {
    return ['nsenter', `--net=/proc/${this.pid}/ns/net`, `--uts=/proc/${this.pid}/ns/uts`, '--'];
  }
  async ip(...args: readonly string[]): Promise<void> {
    const [program, ...rest] = [...this.enter, 'ip', ...args] as [string, ...string[]];
    await run(program, rest, { timeout: 10_000 });
  }
  /** Every process inside but the holder. */
  pids(): number[] {
    const own = readlinkSync(`/proc/${this.pid}/ns/net`);
    return allPids().filter((pid) => pid !== this.pid && netOf(pid) === own);
  }
  async end(): Promise<void> {
    const gone = once(this.#holder, 'exit');
    this.#holder.stdin?.destroy();
    await gone;
  }
}

function netOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return undefined;
  }
}

/** One machine: an address, a cable, and whatever runs inside. */
export class Machine {
  readonly name: string;
  readonly address: string;
  readonly #inside: Namespace;
  readonly #switch: Namespace;

  constructor(name: string, address: string, inside: Namespace, hub: Namespace) {
    this.name = name;
    this.address = address;
    this.#inside = inside;
    this.#switch = hub;
  }

  /** What stands before a command that is to run on it. */
  get enter(): readonly string[] {
    return this.#inside.enter;
  }

  /** What this machine sends to an address is lost from now on; what comes from there still arrives. */
  async cutTo(address: string): Promise<void> {
    await this.#inside.ip(
      'neigh',
      'replace',
      address,
      'lladdr',
      NOWHERE,
      'dev',
      'eth0',
      'nud',
      'permanent',
    );
  }
  async mendTo(address: string): Promise<void> {
    await this.#inside.ip('neigh', 'del', address, 'dev', 'eth0');
  }

  /** Stops every process, as a machine that is suspended. */
  freeze(): void {
    this.#signal('SIGSTOP');
  }
  thaw(): void {
    this.#signal('SIGCONT');
  }

  /** The power goes: no process runs on, and none of its connections is closed. */
  async powerOff(): Promise<void> {
    await this.#switch.ip('link', 'set', this.name, 'down');
    this.freeze();
    await eventually('every process of the machine is gone', () => {
      this.#signal('SIGKILL');
      return this.#inside.pids().length === 0;
    });
  }
  async powerOn(): Promise<void> {
    await this.#switch.ip('link', 'set', this.name, 'up');
  }

  async end(): Promise<void> {
    await this.powerOff();
    await this.#inside.end();
  }

  #signal(signal: NodeJS.Signals): void {
    for (const pid of this.#inside.pids()) {
      try {
        process.kill(pid, signal);
      } catch {
        // Gone in this moment.
      }
    }
  }
}

/** Machines at one switch. This process is at it, too, at `here`. */
export class Network {
  readonly here: string;
  readonly #switch: Namespace;
  readonly #subnet: string;
  readonly #machines: Machine[] = [];

  private constructor(hub: Namespace, subnet: string) {
    this.#switch = hub;
    this.#subnet = subnet;
    this.here = `${subnet}.1`;
  }

  static async make(): Promise<Network> {
    const hub = await Namespace.make();
    // A link's name is known to the whole machine; so is its subnet, of which a run takes one by its own id.
    const link = `sl${process.pid}`;
    const subnet = `10.213.${process.pid % 250}`;
    await hub.ip('link', 'add', 'hub', 'type', 'bridge');
    await hub.ip('link', 'set', 'hub', 'up');
    await hub.ip('link', 'add', 'home', 'type', 'veth', 'peer', 'name', link, 'netns', '1');
    await hub.ip('link', 'set', 'home', 'master', 'hub', 'up');
    await run('ip', ['addr', 'add', `${subnet}.1/24`, 'dev', link]);
    await run('ip', ['link', 'set', link, 'up']);
    return new Network(hub, subnet);
  }

  async machine(name: string): Promise<Machine> {
    const inside = await Namespace.make();
    const address = `${this.#subnet}.${this.#machines.length + 2}`;
    const peer = ['peer', 'name', 'eth0', 'netns', String(inside.pid)];
    await this.#switch.ip('link', 'add', name, 'type', 'veth', ...peer);
    await this.#switch.ip('link', 'set', name, 'master', 'hub', 'up');
    await inside.ip('link', 'set', 'lo', 'up');
    await inside.ip('addr', 'add', `${address}/24`, 'dev', 'eth0');
    await inside.ip('link', 'set', 'eth0', 'up');
    const machine = new Machine(name, address, inside, this.#switch);
    this.#machines.push(machine);
    return machine;
  }

  async end(): Promise<void> {
    for (const machine of this.#machines.splice(0)) await machine.end();
    await this.#switch.end();
  }
}
