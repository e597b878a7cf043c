import type { ClientCapabilities } from '@agentclientprotocol/sdk';

/**
 * Failures that an agent tells otherwise than by its stop reason.
 *
 * codex-acp ends a turn whose model failed with `end_turn` and the error as ordinary text, unless the
 * client takes part in its extension for typed failures (docs/air-extensions.md of codex-acp): then
 * errors and warnings come in the metadata of a session_info_update and of the prompt's answer.
 */
export interface ToldFailure {
  readonly severity: 'error' | 'warning' | 'notice';
  readonly title: string;
}

/** What a client declares at `initialize` to be told of failures as such. */
export const FAILURES_WANTED: NonNullable<ClientCapabilities['_meta']> = {
  jetbrains: { air: { version: 1, capabilities: ['sessionFailure'] } },
};

/** The failure or notice in a message's metadata; undefined when there is none. */
export function failureIn(meta: unknown): ToldFailure | undefined {
  const told = field(field(field(meta, 'jetbrains'), 'air'), 'sessionFailure');
  const title = field(told, 'title');
  if (typeof title !== 'string' || title.trim() === '') return undefined;
  const severity = field(told, 'severity');
  return {
    severity: severity === 'error' || severity === 'warning' ? severity : 'notice',
    title: title.trim(),
  };
}

/** How known agents begin a text that is nothing but their own failure. */
const FAILURES = /^(API Error\b|Invalid API key\b|Credit balance is too low\b|\{"error":)/;

/** True for a whole answer that is nothing but an agent's report that it failed: one paragraph, known words. */
export function isFailureReport(text: string): boolean {
  const said = text.trim();
  return !said.includes('\n\n') && FAILURES.test(said);
}

function field(value: unknown, key: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[key];
}
