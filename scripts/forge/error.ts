import type { Connection } from './connection.ts';

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
  const set = `set ${site.kind === 'gitlab' ? 'GITLAB_TOKEN' : 'FORGEJO_TOKEN'}`;
  const said =
    message === '' || message.startsWith(`${status} `) ? '' : `: ${message.split('\n')[0]}`;
  if (status === 0) return message;
  if (status === 401)
    return token === undefined
      ? `${forge} wants a token (401); ${set}`
      : `${forge} refuses the token (401)`;
  if (status === 403)
    return `${forge} forbids it (403)${said}${token === undefined ? `; ${set}` : '; the token lacks a scope or a right'}`;
  if (status === 404)
    return `${forge} shows no ${site.repo} (404)${token === undefined ? `; if it is not public, ${set}` : ' to this token'}`;
  if (status === 429)
    return `${forge}'s rate limit is used up (429); ${token === undefined ? `${set} or ` : ''}try later`;
  return `${forge} answered ${status}${said}`;
}
