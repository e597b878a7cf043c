import type { Connection } from './connection.ts';
import { type Api, api } from './http.ts';

/** Forgejo's and Gitea's interface, and what the paths of one repository begin with. */
export interface ForgejoApi {
  readonly rest: Api;
  readonly repo: string;
}

/** Forgejo's interface of one repository. */
export function forgejoApi(connection: Connection): ForgejoApi {
  const { site, token } = connection;
  return {
    rest: api(connection, token === undefined ? {} : { authorization: `token ${token.value}` }),
    repo: `repos/${site.repo.split('/').map(encodeURIComponent).join('/')}`,
  };
}
