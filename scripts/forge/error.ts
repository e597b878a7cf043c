import type { Connection } from './connection.ts';
import { howToGiveOne } from './token.ts';

/** A forge refused or failed. Its message never holds a header or a token. */
export class ForgeError extends Error {
  /** The HTTP status; 0 where there was no answer that could be read. */
  readonly status: number;
  override readonly name = 'ForgeError';

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  static network(error: unknown): ForgeError {
    const { cause, name } = error as { cause?: { code?: string }; name?: string };
    const why = cause?.code ?? (name === 'TimeoutError' ? 'no answer in time' : undefined);
    return new ForgeError(0, why === undefined ? 'no network' : `no network (${why})`);
  }

  static moved(to: string): ForgeError {
    return new ForgeError(0, `it has moved to ${to}, where no token is sent; say so by api-url`);
  }

  static noJson(type: string, apiUrl: string): ForgeError {
    const what = type === '' ? 'no JSON' : `${type.split(';')[0]}, no JSON`;
    return new ForgeError(0, `${apiUrl} answers with ${what}: a page to sign in, or not an API`);
  }
}

/** Whether the forge says that something is not there. */
export function isAbsent(error: unknown): boolean {
  const { status } = error as { status?: number };
  return status === 404 || status === 410;
}

/** Why a forge did not answer, in one line, with what to do. */
export function whyNot(error: unknown, { site, token }: Connection, forge: string): string {
  if (!(error instanceof ForgeError)) return String((error as Error).message).split('\n')[0]!;
  const { status, message } = error;
  if (status === 0) return message;
  const give = `a token ${howToGiveOne(site)}`;
  // What a CI job's token may not do is done as a stranger would.
  const stranger = token === undefined || token.ofJob;
  const said =
    message === '' || message.startsWith(`${status} `) ? '' : `: ${message.split('\n')[0]}`;
  switch (status) {
    case 401:
      return stranger ? `${forge} wants ${give} (401)` : `${forge} refuses the token (401)`;
    case 403:
      return `${forge} forbids it (403)${said}; ${stranger ? `it wants ${give}` : 'the token lacks a scope or a right'}`;
    case 404:
      return `${forge} shows no ${site.repo} (404)${stranger ? `; if it is not public, it wants ${give}` : ' to this token'}`;
    case 429:
      return `${forge}'s rate limit is used up (429); ${token === undefined ? `give ${give}, or ` : ''}try later`;
    default:
      return `${forge} answered ${status}${said}`;
  }
}
