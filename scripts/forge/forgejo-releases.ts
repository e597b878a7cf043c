import type { Connection } from './connection.ts';
import { isAbsent } from './error.ts';
import { forgejoApi } from './forgejo-api.ts';
import { type Releases, releaseFrom, type WrittenRelease } from './releases.ts';

/** The fields that are read of a release. */
type ForgejoRelease = WrittenRelease & { readonly tag_name: string };

/** Forgejo's and Gitea's releases of one repository. */
export function forgejoReleases(connection: Connection): Releases {
  const { rest, repo } = forgejoApi(connection);
  return {
    async find(tag) {
      try {
        const path = `${repo}/releases/tags/${encodeURIComponent(tag)}`;
        return releaseFrom((await rest.ask<ForgejoRelease>(path)).data);
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
      for await (const page of rest.pages<ForgejoRelease>(`${repo}/releases?draft=true&limit=50`)) {
        const draft = page.find((each) => each.draft && each.tag_name === tag);
        if (draft !== undefined) return releaseFrom(draft);
      }
      return undefined;
    },
    async create({ tag, body }) {
      const request = { method: 'POST', body: { tag_name: tag, name: tag, body } } as const;
      return (await rest.ask<ForgejoRelease>(`${repo}/releases`, request)).data.html_url;
    },
    async update({ id }, tag, body) {
      const request = { method: 'PATCH', body: { tag_name: tag, body, draft: false } } as const;
      return (await rest.ask<ForgejoRelease>(`${repo}/releases/${id}`, request)).data.html_url;
    },
  };
}
