import { type Daemon, spawnDaemon, startDaemon } from './daemon.ts';
import type { Verdict } from './ledger.ts';
import { SteadyLoad } from './load.ts';
import { seeded } from './random.ts';

export interface KillLoop {
  readonly seed: number;
  readonly rounds: number;
  /** Sessions that send over HTTP, and over the control socket. */
  readonly web: number;
  readonly shell: number;
}

/** What a round does to the gateway. */
type Blow =
  | 'kill generation'
  | 'kill supervisor'
  | 'restart'
  | 'restart and kill'
  | 'restart by force';
const BLOWS: readonly Blow[] = [
  'kill generation',
  'kill supervisor',
  'restart',
  'restart and kill',
  'restart by force',
];

const DEATHS_AT_MOST = 4;

/**
 * Kills and restarts a gateway under load, at moments and by means that the seed determines, and lets
 * the clients' ledger judge. Each round waits until messages are answered again.
 */
export async function killLoop({
  seed,
  rounds,
  web,
  shell,
}: KillLoop): Promise<{ verdict: Verdict; done: Blow[] }> {
  const random = seeded(seed);
  // A port of its own: a supervisor that was killed is followed by one on the same address.
  let daemon = await startDaemon({ env: settings('0') });
  const port = daemon.port;
  const target = { port, client: daemon.client };
  const load = new SteadyLoad(target, web, shell, { patienceMs: 90_000 });
  const done: Blow[] = [];
  let deaths = 0;
  for (let round = 0; round < rounds; round++) {
    await load.more(Math.floor(random() * 20) + 1, 90_000);
    const drawn = BLOWS[Math.floor(random() * BLOWS.length)] as Blow;
    // A supervisor that saw many deaths starts the next only after a minute: it is replaced before.
    const blow = deaths >= DEATHS_AT_MOST ? 'kill supervisor' : drawn;
    if (blow === 'kill generation' || blow === 'restart and kill') deaths++;
    if (blow === 'kill supervisor') deaths = 0;
    done.push(blow);
    daemon = await strike(daemon, blow, port, random);
    await load.more(1, 90_000);
  }
  return { verdict: await load.verdict(), done };
}

async function strike(
  daemon: Daemon,
  blow: Blow,
  port: number,
  random: () => number,
): Promise<Daemon> {
  switch (blow) {
    case 'kill generation':
      // It may be in the middle of a hand-over: whoever answers is killed.
      await daemon.until('answers', () => daemon.killGeneration().catch(() => undefined));
      return daemon;
    case 'kill supervisor': {
      daemon.killSupervisor();
      await daemon.exited;
      await daemon.gone();
      const next = spawnDaemon({ dir: daemon.dir, env: settings(String(port)) });
      return next.ready(60_000);
    }
    default: {
      const force = blow === 'restart by force';
      await daemon.client.restart({ by: 'test', force }).catch(() => {});
      if (blow === 'restart and kill') {
        const victims = daemon.pids().filter((pid) => pid !== daemon.pid);
        const victim = victims[Math.floor(random() * victims.length)];
        if (victim !== undefined) process.kill(victim, 'SIGKILL');
      }
      return daemon;
    }
  }
}

function settings(port: string): Record<string, string> {
  return { SLUICE_BUSY_INPUT_MODE: 'queue', SLUICE_PORT: port };
}
