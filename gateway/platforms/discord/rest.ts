import { DiscordAPIError, HTTPError, RateLimitError, REST } from '@discordjs/rest';
import type { SendResult } from '../platform.ts';
import { reasonOf, wasNotSent } from '../shared/transportErrors.ts';

export type { REST };

/**
 * The REST client without its own retries and waiting: whether a send may be repeated is decided by
 * what is known about it, and by one party only.
 */
export function createRest(
  token: string,
  options: { api: string; timeoutMs: number; fetch: typeof fetch },
): REST {
  const rest = new REST({
    api: options.api.replace(/\/+$/, ''),
    version: '10',
    timeout: options.timeoutMs,
    retries: 0,
    rejectOnRateLimit: () => true,
    makeRequest: (url, init) => options.fetch(url, init as unknown as RequestInit) as never,
  });
  return rest.setToken(token);
}

/** Codes of https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export const Code = {
  UNKNOWN_CHANNEL: 10003,
  UNKNOWN_MESSAGE: 10008,
  UNKNOWN_WEBHOOK: 10015,
  UNKNOWN_INTERACTION: 10062,
  INVALID_WEBHOOK_TOKEN: 50027,
  THREAD_ARCHIVED: 50083,
  THREAD_EXISTS: 160004,
  THREAD_LOCKED: 160005,
} as const;

/** The API's own code of a refusal. */
export function codeOf(error: unknown): number | string | undefined {
  return error instanceof DiscordAPIError ? error.code : undefined;
}

/** The token is not one of a bot. The client forgets such a token and then says that it has none. */
export function isRevoked(error: unknown): boolean {
  if (error instanceof DiscordAPIError) return error.status === 401;
  return error instanceof Error && error.message.includes('Expected token to be set');
}

export function retryAfterOf(error: unknown): number | undefined {
  return error instanceof RateLimitError ? Math.max(1, error.retryAfter) : undefined;
}

/** One line about a failed request. The client's errors name a path and never the token. */
export function saysOf(error: unknown): string {
  if (isRevoked(error)) return 'Discord does not know the token';
  if (error instanceof RateLimitError) return 'Discord asks for slower requests';
  if (error instanceof DiscordAPIError) return `Discord: ${error.status} ${error.message}`;
  if (error instanceof HTTPError) return `Discord answered ${error.status}`;
  return `no answer from Discord (${reasonOf(error)})`;
}

/** What is known about a send that rejected. */
export function failureOf(error: unknown): Extract<SendResult, { ok: false }> {
  const said = saysOf(error);
  const retryAfterMs = retryAfterOf(error);
  if (retryAfterMs !== undefined)
    return { ok: false, kind: 'transient', error: said, retryAfterMs };
  if (isRevoked(error)) return { ok: false, kind: 'transient', error: said, retryAfterMs: 300_000 };
  if (error instanceof DiscordAPIError) return { ok: false, kind: 'permanent', error: said };
  if (wasNotSent(error)) {
    const why = `Discord could not be reached (${reasonOf(error)})`;
    return { ok: false, kind: 'transient', error: why };
  }
  return { ok: false, kind: 'unknown', error: said };
}
