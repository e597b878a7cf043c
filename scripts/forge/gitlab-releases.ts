import type { Connection } from './connection.ts';
import { isAbsent } from './error.ts';
import { gitlabApi } from './gitlab-api.ts';
import type { Release, Releases } from './releases.ts';

/** The fields that are read of a release (`GET /projects/:id/releases/:tag_name`). */
interface GitlabRelease {
  readonly tag_name: string;
  readonly description: string | null;
  readonly _links?: { readonly self?: string };
}

/** GitLab's releases of one project. They are known by their tag; there are no drafts. */
export function gitlabReleases(connection: Connection): Releases {
  const { rest, project } = gitlabApi(connection);
  const path = (tag: string) => `${project}/releases/${encodeURIComponent(tag)}`;
  const page = (release: GitlabRelease) =>
    release._links?.self ?? `${connection.site.web}/-/releases/${release.tag_name}`;
  return {
    async find(tag) {
      try {
        const { data } = await rest.ask<GitlabRelease>(path(tag));
        const found: Release = {
          id: 0,
          body: data.description ?? '',
          url: page(data),
          draft: false,
        };
        return found;
      } catch (error) {
        if (!isAbsent(error)) throw error;
        return undefined;
      }
    },
    async create({ tag, body }) {
      const request = { tag_name: tag, name: tag, description: body };
      const answer = await rest.ask<GitlabRelease>(`${project}/releases`, {
        method: 'POST',
        body: request,
      });
      return page(answer.data);
    },
    async update(_release, tag, body) {
      const request = { method: 'PUT', body: { description: body } } as const;
      return page((await rest.ask<GitlabRelease>(path(tag), request)).data);
    },
  };
}
