import type { Attachments } from '../attachments/attachments.ts';
import type { Gate } from '../core/admission.ts';
import type { Clock, NewId, Random } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Address } from '../core/message.ts';
import type { Settings } from '../core/settings.ts';
import type { Courier } from '../delivery/courier.ts';
import type { Bus } from '../delivery/progressBus.ts';
import type { Accounts } from '../delivery/replies.ts';
import type { Journal } from '../journal/journal.ts';
import type { Agents } from '../turns/agents.ts';

/** What the parts of one instance share. Built once, in `gateway.ts`. */
export interface Shop {
  readonly journal: Journal;
  readonly gate: Gate;
  readonly bus: Bus;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly random: Random;
  readonly settings: Settings;
  readonly instance: string;
  /** The supervisor's running number of this instance: whoever has a lower one leaves, or is about to. */
  readonly generation: number;
  readonly agents: Agents;
  readonly accounts: Accounts;
  readonly couriers: { of(address: Pick<Address, 'platform' | 'account'>): Courier | undefined };
  readonly log: Log;
  readonly attachments?: Attachments;
}
