import type { Clock } from '../core/clock.ts';
import type { Settings } from '../core/settings.ts';
import type { GatewayState, PeerStatus, Status, TurnElsewhere } from '../core/status.ts';
import type { Accounts } from '../delivery/accounts.ts';
import type { InstanceRow, Journal, RunningRow } from '../journal/journal.ts';
import type { Platform } from '../platforms/platform.ts';
import type { ActiveTurn } from '../turns/activeTurn.ts';
import type { Agents } from '../turns/agents.ts';
import type { Turns } from '../turns/turns.ts';
import type { Drainer } from './drainer.ts';
import type { DrainOrders } from './orders/drainOrders.ts';
import type { RestartOrders } from './orders/restartOrders.ts';

export interface StatusDeps {
  readonly journal: Pick<Journal, 'queued' | 'instances' | 'running' | 'message'>;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'busyMode'>;
  readonly instance: string;
  readonly generation: number;
  readonly machine: string;
  /** The journal is shared with other machines, whose instances are heard by it. */
  readonly fleet?: boolean;
  readonly relay?: { peers(): PeerStatus[] } | undefined;
  readonly version: string;
  readonly accounts: Accounts;
  readonly agents: Agents;
  readonly turns: Pick<Turns, 'all'>;
  readonly drainer: Pick<Drainer, 'state'>;
  readonly restarts: Pick<RestartOrders, 'current'>;
  readonly drains: Pick<DrainOrders, 'current'>;
  /** The process above, and the version of its code. */
  readonly supervisor?: { readonly supervisorPid: number; readonly supervisorVersion: string };
}

/** How far an instance has come in its life. */
export interface Stage {
  readonly startedAt: number;
  readonly serving: boolean;
  readonly stopped: boolean;
  /** A successor receives already. */
  readonly handsOver: boolean;
}

/** Turns of another instance that are shown one by one. */
const SHOWN = 20;

/** What the instance says of itself, computed afresh at each call from what is really there. */
export async function reportStatus(deps: StatusDeps, stageNow: () => Stage): Promise<Status> {
  const { journal, clock, instance, generation, machine, accounts, agents, turns } = deps;
  const [queued, instances, running] = await Promise.all([
    journal.queued({ limit: 10_000 }),
    journal.instances(),
    journal.running(),
  ]);
  // Read together, after the journal was: a drain may have begun meanwhile.
  const stage = stageNow();
  const state = stateOf(deps, stage);
  // What still comes in here, over connections that were open, is answered: by us or by the successor.
  const serves = (i: InstanceRow) => i.id !== instance && isHere(i, machine) && !i.draining;
  const succeeded =
    stage.handsOver &&
    // A slow look may be from before the successor had joined.
    (instances.some(serves) || (await journal.instances()).some(serves));
  const platforms = accounts.all().map(accountStatus);
  const reasons: string[] = [];
  if (state === 'starting') reasons.push('still starting');
  if (state === 'draining' && !succeeded) reasons.push('draining: no new turns start here');
  if (state === 'stopped') reasons.push('stopped');
  for (const p of platforms) {
    if (!succeeded && p.state !== 'live')
      reasons.push(
        `${p.platform}/${p.account} is ${p.state}${p.reason === undefined ? '' : `: ${p.reason}`}`,
      );
  }
  // One account that is down is shown, and does not make the others unready.
  const receives = platforms.some((p) => p.state === 'live');
  return {
    state,
    desired: desiredOf(deps, stage),
    instance,
    generation,
    version: deps.version,
    pid: process.pid,
    ...(deps.supervisor === undefined
      ? {}
      : {
          supervisor: deps.supervisor.supervisorPid,
          supervisorVersion: deps.supervisor.supervisorVersion,
        }),
    startedAt: stage.startedAt,
    at: clock.now(),
    ready: (state === 'running' && receives) || (state === 'draining' && succeeded),
    reasons,
    busyMode: deps.settings.busyMode,
    activeTurns: turns.all().length,
    queued: queued.length,
    turns: turns.all().map((t) => turnStatus(t, instance)),
    platforms,
    agents: agents.list(),
    ...(deps.fleet ? { peers: deps.relay?.peers() ?? [] } : {}),
    others: await Promise.all(
      instances
        .filter(
          (i) =>
            i.id !== instance && isHere(i, machine) && (i.draining || i.generation < generation),
        )
        .map(async (i) => {
          const its = running.filter((r) => r.holder === i.id);
          return {
            instance: i.id,
            generation: i.generation,
            turns: its.length,
            running: await Promise.all(its.slice(0, SHOWN).map((row) => elsewhere(row, journal))),
          };
        }),
    ),
    ...(deps.restarts.current === undefined ? {} : { restart: deps.restarts.current }),
    ...(deps.drains.current === undefined ? {} : { drain: deps.drains.current }),
  };
}

/** An instance of this home; a version that does not know machines says none. */
function isHere(row: InstanceRow, machine: string): boolean {
  return row.machine === machine || row.machine === '';
}

function accountStatus(p: Platform): Status['platforms'][number] {
  const where = p.where?.();
  return {
    platform: p.platform,
    account: p.account,
    ...p.liveness(),
    ...(where === undefined ? {} : { where }),
  };
}

function desiredOf({ drainer, restarts }: StatusDeps, stage: Stage): Status['desired'] {
  if (stage.handsOver) return 'handed-over';
  if (drainer.state.purpose !== 'leave') return 'running';
  return restarts.current?.state === 'open' ? 'restarted' : 'stopped';
}

function stateOf({ drainer }: StatusDeps, { serving, stopped }: Stage): GatewayState {
  if (stopped || drainer.state.phase === 'left') return 'stopped';
  if (drainer.state.phase !== 'serving') return 'draining';
  return serving ? 'running' : 'starting';
}

async function elsewhere(
  row: RunningRow,
  journal: Pick<Journal, 'message'>,
): Promise<TurnElsewhere> {
  const { turn, lane, session, message, attempt, startedAt } = row;
  const head = await journal.message(message);
  const who = head?.sender.name ?? head?.sender.id ?? '';
  const platform = head?.address.platform ?? '';
  return { turn, lane, session, message, who, platform, attempt, startedAt };
}

function turnStatus(active: ActiveTurn, instance: string): Status['turns'][number] {
  const { turn } = active;
  const head = turn.messages[0];
  return {
    turn: turn.turn,
    lane: turn.lane,
    session: turn.session,
    message: head?.id ?? '',
    who: head?.sender.name ?? head?.sender.id ?? '',
    platform: head?.address.platform ?? '',
    attempt: turn.attempt,
    instance,
    startedAt: turn.startedAt,
    lastProgressAt: active.lastProgressAt,
    background: head?.kind === 'background',
    ...(active.step === undefined ? {} : { step: active.step }),
    ...(active.parked ? { waitingFor: 'human' as const } : {}),
  };
}
