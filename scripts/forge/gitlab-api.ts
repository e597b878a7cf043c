import type { Connection } from './connection.ts';
import { ForgeError } from './error.ts';
import { type Api, api } from './http.ts';

/** GitLab's two interfaces. */
export interface GitlabApi {
  readonly rest: Api;
  /** "projects/group%2Fname", what the paths of a project begin with. */
  readonly project: string;
  /** Asks for fields of the repository, each under its alias. */
  graphql<T>(fields: readonly string[]): Promise<Readonly<Record<string, T | null>>>;
}

/** GitLab's interfaces of one project. A token of a CI job has a header of its own. */
export function gitlabApi(connection: Connection): GitlabApi {
  const { site, token } = connection;
  const rest = api(
    connection,
    token === undefined
      ? {}
      : token.ofJob
        ? { 'job-token': token.value }
        : { authorization: `Bearer ${token.value}` },
  );
  // ".../api/v4" beside ".../api/graphql".
  const endpoint = site.apiUrl.replace(/\/v4$/, '/graphql');
  return {
    rest,
    project: `projects/${encodeURIComponent(site.repo)}`,
    async graphql<T>(fields: readonly string[]) {
      type Data = { project: { repository: Record<string, T | null> | null } | null } | null;
      type Body = { data?: Data; errors?: readonly { message: string }[] };
      const query = `query($path: ID!) { project(fullPath: $path) { repository { ${fields.join(' ')} } } }`;
      const body = { query, variables: { path: site.repo } };
      const { data } = await rest.ask<Body>(endpoint, { method: 'POST', body, harmless: true });
      const repository = data.data?.project?.repository;
      if (repository != null) return repository;
      const said = data.errors?.[0]?.message;
      throw said === undefined ? new ForgeError(404, '') : new ForgeError(0, said.split('\n')[0]!);
    },
  };
}
