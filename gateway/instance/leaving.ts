import type { Gate, Token } from '../core/admission.ts';
import { bounded } from '../core/bounded.ts';
import type { Clock } from '../core/clock.ts';
import { crashPoint } from '../core/crashPoint.ts';
import type { Ending } from '../core/exit.ts';
import type { Log } from '../core/log.ts';
import { isRefusal } from '../core/refusal.ts';
import type { Settings } from '../core/settings.ts';
import type { Accounts } from '../delivery/accounts.ts';
import type { Courier } from '../delivery/courier.ts';
import type { HookFeed } from '../hooks/hookFeed.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { Inputs } from '../intake/inputs.ts';
import type { Journal } from '../journal/journal.ts';
import type { Agents } from '../turns/agents.ts';
import type { Drainer } from './drainer.ts';
import { sharedTime } from './sharedTime.ts';

export interface SettleDeps {
  readonly gate: Gate;
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'stopStep'>;
  readonly log: Log;
  readonly couriers: { all(): readonly Courier[] };
}

export interface LeavingDeps extends SettleDeps {
  readonly journal: Pick<Journal, 'renew' | 'leave'>;
  readonly settings: Pick<Settings, 'stopStep' | 'instanceLease'>;
  readonly instance: string;
  readonly accounts: Accounts;
  readonly agents: Agents;
  readonly drainer: Drainer;
  readonly inputs: Inputs;
  readonly hooks: Hooks | undefined;
  readonly hookFeed: HookFeed | undefined;
  /** Told the token that open connections hold a drain with, for whoever cuts that wait short. */
  readonly connected: (held: Token) => void;
  /** Ends timers and subscriptions, once nothing runs any more. */
  readonly quiet: () => void;
}

/** What comes after the drain; they share one step's time, so that the budget holds whatever hangs (R10). */
const CLOSING_STEPS = 5;

/**
 * The way out of an instance, in order, each step bounded: no adapter or agent can keep it from
 * leaving. Nothing is closed before the drain is over: a turn's end and its reply are committed first.
 */
export async function leave(
  deps: LeavingDeps,
  { ending, timeout, force }: { ending: Ending; timeout: number; force: boolean },
): Promise<void> {
  const { journal, accounts, agents, clock, instance, settings, gate } = deps;
  const { drainer, inputs, hooks, hookFeed } = deps;
  const couriers = deps.couriers.all();
  const platforms = accounts.all();
  const step = (what: string, work: Promise<unknown>) =>
    bounded(what, settings.stopStep, work, deps);
  crashPoint('drain-begun');
  hooks?.fire({ event: 'gateway:drain', at: clock.now(), why: ending.why, instance });
  const handsOver = ending.why === 'handed-over';
  // First of all, in the same step: what connects from now on meets the successor.
  if (handsOver) void inputs.closeShared().catch(() => {});
  const open = handsOver ? gate.admit('receive', 'open connections') : undefined;
  const held = open === undefined || isRefusal(open) ? undefined : open;
  if (held !== undefined) deps.connected(held);
  const left = drainer.leave(timeout, force);
  // Marked before anything that can hang: others must know (R27).
  const now = clock.now();
  const until = now + settings.instanceLease;
  await step(
    'telling the journal of the drain',
    journal.renew(instance, { now, until, draining: true }),
  );
  if (handsOver) {
    // The successor receives and sends from here on; what is running only writes to the outbox.
    await step('handing over input', inputs.close());
    crashPoint('input-handed-over');
    // What comes over connections that are still open is committed here, so the drain waits for it.
    void Promise.allSettled(platforms.map((p) => p.receivedLast?.())).then(() => {
      held?.release();
      drainer.look();
    });
    await step('handing over sending', Promise.all(couriers.map((c) => c.stop())));
    crashPoint('sending-handed-over');
  }
  await left;
  const time = sharedTime(settings.stopStep, CLOSING_STEPS, clock);
  const close = (what: string, work: Promise<unknown>) => bounded(what, time(), work, deps);
  await close('stopping input', inputs.close());
  await close('closing platforms', Promise.all(platforms.map((p) => p.close())));
  await close('closing agents', agents.close());
  deps.quiet();
  crashPoint('before-leave');
  await close('leaving the journal', journal.leave(instance));
  if (hooks === undefined) return;
  if (!handsOver) hookFeed?.endSessions(ending.why);
  hooks.fire({ event: 'gateway:stop', at: clock.now(), why: ending.why, instance });
  await close('running hooks', hooks.settled());
  hooks.end();
}

/** Delivers what is committed and due, within a bound. What is left is sent by the next instance. */
export async function settle(deps: SettleDeps): Promise<void> {
  const { gate, settings } = deps;
  const couriers = deps.couriers.all();
  for (const courier of couriers) courier.kick();
  const quiet = Promise.all(couriers.map((c) => c.quiet())).then(() => gate.idle('delivery'));
  const done = await bounded('delivering replies', settings.stopStep, quiet, deps);
  if (!done) for (const courier of couriers) courier.cutOff();
  gate.advance('closed');
  const stopped = Promise.all(couriers.map((c) => c.stop()));
  await bounded('stopping couriers', settings.stopStep, stopped, deps);
}
