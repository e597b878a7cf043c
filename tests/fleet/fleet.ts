import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type FakeTelegram, fakeTelegram, TELEGRAM_TOKEN } from '../fakes/telegram/fake.ts';
import { get } from '../harness/ask.ts';
import { Daemon } from '../harness/daemonProcess.ts';
import { eventually } from '../harness/eventually.ts';
import { SteadyLoad } from '../harness/load.ts';
import { type PostgresServer, startPostgres } from '../harness/postgres.ts';
import { tempDir } from '../harness/temp.ts';
import { telegramPlace } from '../platforms/town.ts';
import { Balancer } from './balancer.ts';
import { type Machine, Network } from './network.ts';

const TOKEN = 'a-token-of-a-test-long-enough';
const PORT = 8787;
/** The shortest that may be configured. */
export const LEASE_MS = 3_000;

/** A machine with a gateway on it. */
export class Member {
  readonly machine: Machine;
  readonly #start: () => Daemon;
  daemon: Daemon;

  constructor(machine: Machine, start: () => Daemon) {
    this.machine = machine;
    this.#start = start;
    this.daemon = start();
  }
  /** Starts its gateway again, as after the machine came back. */
  async again(): Promise<void> {
    this.daemon = this.#start();
    await this.daemon.ready(60_000);
  }
}

/**
 * Machines with homes of their own, on one PostgreSQL on a machine of its own, with HAProxy and a platform that serve
 * all of them. Whatever people send goes through HAProxy.
 */
export interface Fleet {
  readonly members: readonly Member[];
  readonly database: Machine;
  readonly postgres: PostgresServer;
  readonly balancer: Balancer;
  readonly telegram: FakeTelegram;
  /** People who write without a pause, each in a conversation of their own. */
  readonly load: SteadyLoad;
  /** The three people on Telegram. */
  readonly place: ReturnType<typeof telegramPlace>;
}

export interface FleetOptions {
  readonly names?: readonly string[];
  readonly people?: number;
  readonly settings?: readonly string[];
}

export async function openFleet(options: FleetOptions = {}): Promise<Fleet> {
  const { names = ['east', 'west'], people = 20, settings = [] } = options;
  const dir = tempDir();
  const network = await Network.make();
  onTestFinished(() => network.end());
  const database = await network.machine('database');
  const { address, enter } = database;
  const postgres = await startPostgres(['max_connections=60', ...settings], { address, enter });
  onTestFinished(() => postgres.end());
  const telegram = await fakeTelegram();
  const machines: Machine[] = [];
  for (const name of names) machines.push(await network.machine(name));
  const backends = machines.map((m) => ({ name: m.name, address: m.address, port: PORT }));
  const outer = { dir, token: TOKEN, here: network.here, fake: telegram.url };
  const balancer = await Balancer.start({ ...outer, backends });
  onTestFinished(() => balancer.end());
  const members = machines.map((m) => memberOn(m, join(dir, m.name), postgres.url, balancer));
  onTestFinished(async () => {
    for (const { machine, daemon } of members) {
      machine.thaw();
      await daemon.endAll();
    }
  });
  for (const { daemon } of members) await daemon.ready(60_000);
  await eventually('the balancer finds them', async () => {
    return (await get(balancer.port, '/readyz')).status === 200;
  });
  const last = members.at(-1) as Member;
  const target = {
    port: balancer.port,
    get client() {
      return last.daemon.client;
    },
  };
  const load = new SteadyLoad(target, people, 0, { balanced: true, patienceMs: 60_000 });
  return { members, database, postgres, balancer, telegram, load, place: telegramPlace(telegram) };
}

function memberOn(machine: Machine, dir: string, url: string, balancer: Balancer): Member {
  const config = [
    'journal: { lease: 3 }',
    'platforms:',
    `  web: { host: '${machine.address}', port: ${PORT}, token_env: WEB }`,
    `  telegram: { token_env: TELEGRAM, owners: [1], allowed: [2, 3], api_root: '${balancer.outside}', poll_timeout: 2, stream_interval: 0.2 }`,
  ].join('\n');
  const env = {
    SLUICE_HOST: machine.address,
    SLUICE_PORT: String(PORT),
    WEB: TOKEN,
    SLUICE_JOURNAL_URL: url,
    SLUICE_JOURNAL_SCHEMA: undefined,
    SLUICE_BUSY_INPUT_MODE: 'queue',
    TELEGRAM: TELEGRAM_TOKEN,
  };
  return new Member(machine, () => new Daemon({ dir, config, env, enter: machine.enter }));
}
