import { randomBytes } from 'node:crypto';
import type { Attachments } from '../attachments/attachments.ts';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { Accounts } from '../delivery/accounts.ts';
import type { Hooks } from '../hooks/hooks.ts';
import type { FileStore } from '../journal/fileStore.ts';
import type { Journal } from '../journal/journal.ts';
import type { Secrets } from '../observe/secrets.ts';
import { journalPairings } from '../people/journalStore.ts';
import { People } from '../people/people.ts';
import type { Platform } from '../platforms/platform.ts';
import { createTerminal, type Terminal } from '../platforms/terminal/terminal.ts';
import type { SupervisorLink } from '../supervisor/link.ts';
import type { Agents } from '../turns/agents.ts';
import { claimsOf } from './accountClaims.ts';
import { createAgents, registrationOf } from './agentsOf.ts';
import { attachmentsOf } from './attachmentsOf.ts';
import { hooksOf } from './hooksOf.ts';
import { createPlatforms } from './platformsOf.ts';
import type { WebDeps } from './webOf.ts';

export interface AssemblyDeps {
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly journal: Journal;
  /** The files of a fleet, beside its journal. */
  readonly files?: FileStore;
  /** Absent in a process that runs alone. */
  readonly link?: SupervisorLink;
  /** The file that the configuration was read from. */
  readonly configFile?: string;
  readonly socket?: WebDeps['socket'];
  /** The text of `/metrics`. */
  readonly metrics: () => Promise<{ type: string; body: string }>;
}

/** Everything that the configuration names, made. */
export interface Assembly {
  readonly agents: Agents;
  readonly platforms: readonly Platform[];
  readonly terminal: Terminal;
  readonly people: People;
  readonly attachments: Attachments;
  readonly hooks?: Hooks;
  close(): void;
}

/** @throws ConfigError where the configuration cannot work. */
export async function assemble(config: Config, deps: AssemblyDeps): Promise<Assembly> {
  const { clock, log, secrets, journal, link, configFile, env, home, socket } = deps;
  const people = new People({
    store: journalPairings(journal, () => clock.now()),
    now: () => clock.now(),
    randomBytes,
  });
  let accounts: Accounts | undefined;
  const attachments = attachmentsOf(config, {
    ...deps,
    platformOf: (address) => accounts?.of(address),
  });
  try {
    const { readFile, pathOf } = attachments;
    const addSecret = (secret: string) => secrets.add(secret);
    const agents = await createAgents(config, { ...deps, addSecret, readFile, pathOf });
    const terminal = createTerminal();
    const show = (text: string) => void process.stderr.write(`${text}\n`);
    const configured = await createPlatforms(config, {
      ...deps,
      show,
      random: Math.random,
      people,
      claim: claimsOf(link, clock),
      ...(socket === undefined ? {} : { socket }),
      ...(configFile === undefined ? {} : { configFile }),
    });
    const platforms = [...configured, terminal];
    accounts = new Accounts(platforms);
    const registration = registrationOf(link);
    const hooks = hooksOf(config, { home, env, log, childEnv: link?.agentEnv, ...registration });
    const made = { agents, platforms, terminal, people, attachments };
    return {
      ...made,
      ...(hooks === undefined ? {} : { hooks }),
      close: () => attachments.close(),
    };
  } catch (error) {
    attachments.close();
    throw error;
  }
}
