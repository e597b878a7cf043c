import type { Scope } from './installedUnit.ts';
import type { ServiceLimits } from './limits.ts';

/** All that a unit says of this gateway, whichever manager it is for. */
export interface ServiceDefinition {
  /** `sluice` unless several gateways run on one machine. */
  readonly name: string;
  readonly scope: Scope;
  /** The user it runs as, where the scope is `system`. */
  readonly runAs?: string;
  /** Node and the script, absolute. */
  readonly program: readonly [node: string, script: string];
  readonly home: string;
  /** An absolute path; absent: it is looked for at each start. */
  readonly config?: string;
  /** Where agents' programs are found. */
  readonly path: string;
  readonly limits: ServiceLimits;
  /** The manager holds the listening socket and passes it on. */
  readonly listen?: { readonly host: string; readonly port: number };
}

/** The command line of one subcommand, as the manager starts it. */
export function commandOf(
  { program, home, config }: ServiceDefinition,
  ...words: readonly string[]
): string[] {
  return [
    ...program,
    '--home',
    home,
    ...(config === undefined ? [] : ['--config', config]),
    ...words,
  ];
}
