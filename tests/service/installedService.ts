import { mkdirSync, writeFileSync } from 'node:fs';
import { onTestFinished } from 'vitest';
import { type ControlClient, controlClient } from '../../gateway/control/client.ts';
import type { Status } from '../../gateway/core/status.ts';
import { eventually } from '../harness/eventually.ts';
import type { Done, SystemdMachine } from '../harness/systemdMachine.ts';

const INSIDE = '/srv/sluice';
const PATIENCE_MS = 60_000;
export const PLAIN = 'platforms: {web: {port: 0}}\nagent: {restart_drain_timeout: 20}\n';

/** One gateway as a service of a machine, installed by `sluice service install`; seen from outside. */
export class InstalledService {
  readonly name: string;
  readonly machine: SystemdMachine;
  readonly client: ControlClient;
  readonly home: string;
  port = 0;

  constructor(machine: SystemdMachine, name: string, config: string = PLAIN) {
    this.machine = machine;
    this.name = name;
    this.home = machine.outside(name);
    this.client = controlClient(this.home, { timeoutMs: 15_000 });
    this.configure(config);
    onTestFinished(async () => {
      await machine.run('systemctl', 'stop', '--no-block', `${name}.socket`, this.unit);
      await machine.run('systemctl', 'kill', '--signal=KILL', this.unit);
    });
  }

  get unit(): string {
    return `${this.name}.service`;
  }

  configure(text: string): void {
    writeFileSync(this.machine.outside(`${this.name}.yaml`), text);
  }

  /** `sluice` on the inside, for this gateway. */
  sluice(...words: readonly string[]): Promise<Done> {
    const files = ['--home', `${INSIDE}/${this.name}`, '--config', `${INSIDE}/${this.name}.yaml`];
    return this.machine.sluice(...files, ...words);
  }

  /** `sluice service WORD` for this service of the machine. */
  service(word: string, ...more: readonly string[]): Promise<Done> {
    return this.sluice('service', word, '--system', '--name', this.name, ...more);
  }

  /** Installs and starts it. @throws Error with what was said. */
  async installed(...more: readonly string[]): Promise<this> {
    const { code, out, err } = await this.service('install', '--as', 'ada', ...more);
    if (code !== 0) throw new Error(`install: ${code}\n${out}${err}${await this.log()}`);
    if (!more.includes('--no-start')) await this.ready();
    return this;
  }

  async ready(): Promise<Status> {
    const status = await this.untilStatus('is ready', (s) => s.ready);
    const where = status.platforms.find((p) => p.platform === 'web')?.where;
    this.port = Number(new URL(where ?? 'http://nowhere:0').port);
    return status;
  }

  async untilStatus(what: string, wanted: (status: Status) => boolean): Promise<Status> {
    try {
      return await eventually(
        `${this.name} ${what}`,
        async () => {
          const status = await this.client.status().catch(() => undefined);
          return status !== undefined && wanted(status) ? status : undefined;
        },
        PATIENCE_MS,
      );
    } catch (error) {
      throw new Error(`${(error as Error).message}\n${await this.log()}`);
    }
  }

  property(name: string): Promise<string> {
    return this.machine.property(this.unit, name);
  }
  async untilProperty(name: string, wanted: string): Promise<void> {
    await eventually(
      `${name} of ${this.unit} is ${wanted}`,
      async () => (await this.property(name)) === wanted,
      PATIENCE_MS,
    );
  }

  /** Ids of the processes in its control group, as they are called on the inside. */
  async pids(): Promise<number[]> {
    const group = await this.property('ControlGroup');
    if (group === '') return [];
    const { out } = await this.machine.run('cat', `/sys/fs/cgroup${group}/cgroup.procs`);
    return out.split('\n').filter(Boolean).map(Number);
  }

  /** Signals one of them. */
  kill(signal: string, pid: number | string): Promise<Done> {
    return this.machine.run('/bin/kill', `-${signal}`, String(pid));
  }

  /** Adds a drop-in, as an administrator would. */
  async dropIn(name: string, text: string): Promise<void> {
    const folder = this.machine.outside('drop-ins');
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/${name}.conf`, text);
    const to = `/etc/systemd/system/${this.unit}.d`;
    await this.machine.run('mkdir', '-p', to);
    await this.machine.run('cp', `${INSIDE}/drop-ins/${name}.conf`, `${to}/${name}.conf`);
    await this.machine.run('systemctl', 'daemon-reload');
  }

  log(): Promise<string> {
    return this.machine.journal(this.unit);
  }
}
