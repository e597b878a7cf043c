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

/**
 * What an installed unit remembers of its gateway, so that a later command means the same one, and
 * installing it again changes only what was asked for.
 */
export interface Remembered {
  readonly home: string;
  readonly config?: string;
  readonly runAs?: string;
  /** The manager holds the socket. */
  readonly socket?: boolean;
}

const REMEMBERS = /^(?:#|<!--) It serves (\{.*\})/m;

/** The words for a comment of the unit. They hold no `--`, which would end a comment in XML. */
export function remembering({ home, config, runAs, listen }: ServiceDefinition): string {
  const socket = listen === undefined ? undefined : true;
  return `It serves ${JSON.stringify({ home, config, runAs, socket }).replaceAll('--', '\\u002d\\u002d')}`;
}

/** Undefined where a text is no unit of ours. */
export function remembered(unit: string): Remembered | undefined {
  const json = REMEMBERS.exec(unit)?.[1];
  try {
    return json === undefined ? undefined : (JSON.parse(json) as Remembered);
  } catch {
    // Somebody has changed the line: then nothing is remembered.
    return undefined;
  }
}
