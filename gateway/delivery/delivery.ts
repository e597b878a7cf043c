import type { NewId } from '../core/clock.ts';
import type { Settings } from '../core/settings.ts';
import type { Journal } from '../journal/journal.ts';
import type { Platform } from '../platforms/platform.ts';
import { Accounts } from './accounts.ts';
import type { CourierDeps } from './courier.ts';
import { Couriers } from './couriers.ts';
import { Notices } from './notices.ts';
import { Outcomes } from './outcomes.ts';
import { Placeholders } from './placeholders.ts';
import { ProgressBus } from './progressBus.ts';
import { Replies } from './replies.ts';

/** What the way out is made of. */
export interface DeliveryDeps extends CourierDeps {
  readonly journal: Journal;
  readonly settings: Settings;
  readonly newId: NewId;
  readonly platforms: readonly Platform[];
}

/** The way out: what is said while a turn runs, what is written to be sent, who sends it, what became of it. */
export class Delivery {
  readonly accounts: Accounts;
  readonly bus: ProgressBus;
  readonly couriers: Couriers;
  readonly replies: Replies;
  readonly notices: Notices;
  readonly placeholders: Placeholders;
  readonly outcomes: Outcomes;

  constructor(deps: DeliveryDeps) {
    const { journal, log } = deps;
    this.accounts = new Accounts(deps.platforms);
    this.bus = new ProgressBus((error) =>
      log.error({ err: error }, 'a listener to progress failed'),
    );
    this.couriers = new Couriers(this.accounts, deps);
    this.replies = new Replies({ ...deps, accounts: this.accounts });
    this.notices = new Notices({ ...deps, ...this });
    this.placeholders = new Placeholders(journal);
    this.outcomes = new Outcomes(journal, this.bus);
  }
}
