import type { JsonValue } from '../../core/message.ts';
import type { Decision } from './permission.ts';

/** What is kept for a session in the journal, so that the agent's own session is found again. */
export interface SavedState {
  readonly agent: string;
  readonly acpSessionId: string;
  readonly cwd: string;
  /** Permissions that the person gave or refused for the whole session. */
  readonly permissions: Readonly<Record<string, Decision>>;
}

/** Reads what was saved; undefined when nothing was, or by another agent. */
export function readState(state: JsonValue | undefined, agent: string): SavedState | undefined {
  if (typeof state !== 'object' || state === null || Array.isArray(state)) return undefined;
  const { agent: owner, acpSessionId, cwd, permissions } = state as Record<string, JsonValue>;
  if (owner !== agent || typeof acpSessionId !== 'string' || typeof cwd !== 'string') {
    return undefined;
  }
  const kept = typeof permissions === 'object' && permissions !== null ? permissions : {};
  return { agent, acpSessionId, cwd, permissions: kept as Record<string, Decision> };
}
