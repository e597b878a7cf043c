import { readFileSync } from 'node:fs';
import { RequestError } from '../core/exit.ts';

export const AGENT_KINDS = ['demo', 'chat', 'acp', 'process'] as const;
export type AgentKind = (typeof AGENT_KINDS)[number];

/** The answers that were given on the command line: each stands for a question that is then not asked. */
export interface Flags {
  readonly agent?: AgentKind;
  readonly agentName?: string;
  readonly agentCommand?: readonly string[];
  readonly agentPreset?: string;
  readonly baseUrl?: string;
  readonly model?: string;
  readonly apiKeyFile?: string;
  /** `false`: it is not served any more. */
  readonly telegram?: boolean;
  readonly telegramTokenFile?: string;
  readonly telegramOwner?: readonly string[];
  readonly discord?: boolean;
  readonly discordTokenFile?: string;
  readonly discordOwner?: readonly string[];
  readonly busyMode?: string;
  readonly host?: string;
  readonly port?: number;
  readonly drainTimeout?: number;
  /** Whether tokens are tried before they are written. */
  readonly check: boolean;
}

/**
 * The secret in a file; `-` is standard input. A secret on the command line itself would be seen by
 * everybody who lists processes, so there is no flag for that.
 * @throws RequestError where there is none.
 */
export function secretFrom(file: string, flag: string): string {
  let secret: string;
  try {
    secret = readFileSync(file === '-' ? 0 : file, 'utf8').trim();
  } catch (error) {
    throw new RequestError(`${flag}: cannot read ${file} (${(error as Error).message})`, {
      cause: error,
    });
  }
  if (secret === '') throw new RequestError(`${flag}: ${file} is empty`);
  if (/\s/.test(secret)) throw new RequestError(`${flag}: ${file} holds more than one word`);
  return secret;
}
