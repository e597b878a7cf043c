import type { Connection } from './connection.ts';
import { client } from './github-client.ts';
import { type Releases, releaseFrom } from './releases.ts';

/** GitHub's releases of one repository. */
export function githubReleases(connection: Connection): Releases {
  const { rest, paginate } = client(connection);
  const [owner, repo] = connection.site.repo.split('/') as [string, string];
  return {
    async find(tag) {
      try {
        return releaseFrom((await rest.repos.getReleaseByTag({ owner, repo, tag })).data);
      } catch (error) {
        // Only "not found" means that there is none.
        if ((error as { status?: number }).status !== 404) throw error;
      }
      // A draft has no tag yet, so it is in the list only.
      const pages = paginate.iterator(rest.repos.listReleases, { owner, repo, per_page: 100 });
      for await (const { data } of pages) {
        const draft = data.find((each) => each.draft && each.tag_name === tag);
        if (draft !== undefined) return releaseFrom(draft);
      }
      return undefined;
    },
    async create({ tag, body }) {
      const request = { owner, repo, tag_name: tag, name: tag, body };
      return (await rest.repos.createRelease(request)).data.html_url;
    },
    async update({ id }, tag, body) {
      const request = { owner, repo, release_id: id, tag_name: tag, body, draft: false };
      return (await rest.repos.updateRelease(request)).data.html_url;
    },
  };
}
