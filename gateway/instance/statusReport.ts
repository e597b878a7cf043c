import type { GatewayState, Status, TurnElsewhere } from '../core/status.ts';
import type { RunningRow } from '../journal/journal.ts';
import type { ActiveTurn } from '../turns/activeTurn.ts';
import type { Turns } from '../turns/turns.ts';
import type { Drainer } from './drainer.ts';
import type { Orders } from './orders.ts';
import type { Shop } from './shop.ts';

export interface StatusDeps {
  readonly shop: Shop;
  readonly turns: Turns;
  readonly drainer: Drainer;
  readonly orders: Orders;
  readonly supervisor?: { readonly supervisorPid: number; readonly supervisorVersion: string };
  readonly version: string;
  readonly startedAt: number;
  readonly serving: () => boolean;
  readonly stopped: () => boolean;
  /** A successor receives already. */
  readonly handsOver: () => boolean;
}

/** Turns of another instance that are shown one by one. */
const SHOWN = 20;

/** What the instance says of itself, computed afresh at each call from what is really there. */
export async function reportStatus(deps: StatusDeps): Promise<Status> {
  const { shop, turns, orders } = deps;
  const now = shop.clock.now();
  const platforms = shop.accounts.all().map((p) => {
    const where = p.where?.();
    return {
      platform: p.platform,
      account: p.account,
      ...p.liveness(),
      ...(where === undefined ? {} : { where }),
    };
  });
  const [queued, instances, running] = await Promise.all([
    shop.journal.queued({ limit: 10_000 }),
    shop.journal.instances(),
    shop.journal.running(),
  ]);
  const state = stateOf(deps);
  // What still comes in here, over connections that were open, is answered: by us or by the successor.
  const succeeded =
    deps.handsOver() && instances.some((i) => i.id !== shop.instance && !i.draining);
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
    desired: desiredOf(deps),
    instance: shop.instance,
    generation: shop.generation,
    version: deps.version,
    pid: process.pid,
    ...(deps.supervisor === undefined
      ? {}
      : {
          supervisor: deps.supervisor.supervisorPid,
          supervisorVersion: deps.supervisor.supervisorVersion,
        }),
    startedAt: deps.startedAt,
    at: now,
    ready: (state === 'running' && receives) || (state === 'draining' && succeeded),
    reasons,
    busyMode: shop.settings.busyMode,
    activeTurns: turns.all().length,
    queued: queued.length,
    turns: turns.all().map((t) => turnStatus(t, shop.instance)),
    platforms,
    agents: shop.agents.list(),
    others: await Promise.all(
      instances
        .filter((i) => i.id !== shop.instance && (i.draining || i.generation < shop.generation))
        .map(async (i) => {
          const its = running.filter((r) => r.holder === i.id);
          return {
            instance: i.id,
            generation: i.generation,
            turns: its.length,
            running: await Promise.all(its.slice(0, SHOWN).map((row) => elsewhere(shop, row))),
          };
        }),
    ),
    ...(orders.restartOrder === undefined ? {} : { restart: orders.restartOrder }),
    ...(orders.drainOrder === undefined ? {} : { drain: orders.drainOrder }),
  };
}

function desiredOf({ drainer, orders, handsOver }: StatusDeps): Status['desired'] {
  if (handsOver()) return 'handed-over';
  if (drainer.state.purpose !== 'leave') return 'running';
  return orders.restartOrder?.state === 'open' ? 'restarted' : 'stopped';
}

function stateOf({ drainer, serving, stopped }: StatusDeps): GatewayState {
  if (stopped() || drainer.state.phase === 'left') return 'stopped';
  if (drainer.state.phase !== 'serving') return 'draining';
  return serving() ? 'running' : 'starting';
}

async function elsewhere({ journal }: Shop, row: RunningRow): Promise<TurnElsewhere> {
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
