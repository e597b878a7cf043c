import type { Operations } from '../core/operations.ts';
import type { Delivery } from '../delivery/delivery.ts';
import type { Host, Platform } from '../platforms/platform.ts';
import type { Directives } from '../turns/directives.ts';
import type { Turns } from '../turns/turns.ts';
import { CommandRunner, type CommandRunnerDeps } from './commandRunner.ts';
import { Commands, type CommandsDeps } from './commands.ts';
import { FollowUps, type FollowUpsDeps } from './followUps.ts';
import { createHost, type HostDeps } from './host.ts';
import { Inputs, type InputsDeps } from './inputs.ts';
import { Reception, type ReceptionDeps } from './reception.ts';

/** What the way in is made of. */
export type IntakeDeps = Pick<
  Delivery,
  'accounts' | 'bus' | 'notices' | 'outcomes' | 'placeholders'
> &
  Omit<CommandRunnerDeps, 'commands'> &
  CommandsDeps &
  FollowUpsDeps &
  InputsDeps &
  Omit<ReceptionDeps, 'followUps' | 'commandRunner'> &
  Pick<HostDeps, 'journal' | 'changed'> & {
    readonly turns: Turns;
    readonly directives: Directives;
    readonly operations: Operations;
  };

/** The way in: accounts that receive, messages that are committed, commands, and what a message does to a running turn. */
export class Intake {
  readonly #deps: IntakeDeps;
  readonly #reception: Reception;
  readonly commands: Commands;
  readonly commandRunner: CommandRunner;
  readonly inputs: Inputs;

  constructor(deps: IntakeDeps) {
    this.#deps = deps;
    this.commands = new Commands(deps);
    this.commandRunner = new CommandRunner({ ...deps, commands: this.commands });
    const followUps = new FollowUps(deps);
    this.#reception = new Reception({ ...deps, followUps, commandRunner: this.commandRunner });
    this.inputs = new Inputs(deps, (platform) => this.host(platform));
  }

  /** The gateway as one account sees it. */
  host(platform: Platform): Host {
    return createHost(platform, { ...this.#deps, reception: this.#reception });
  }
}
