import { client } from '../attribution/github.ts';
import type { Releases } from './publish.ts';

/** GitHub's releases of one repository. */
export function githubReleases(options: {
  readonly repo: string;
  readonly baseUrl: string;
  readonly token: string;
  readonly maxWaitSeconds: number;
  readonly second?: number;
}): Releases {
  const octokit = client(options);
  const [owner, repo] = options.repo.split('/') as [string, string];
  return {
    async find(tag) {
      try {
        const { data } = await octokit.rest.repos.getReleaseByTag({ owner, repo, tag });
        return { id: data.id, body: data.body ?? '', url: data.html_url };
      } catch (error) {
        // Only "not found" means that there is none.
        if ((error as { status?: number }).status === 404) return undefined;
        throw error;
      }
    },
    async create({ tag, body }) {
      const request = { owner, repo, tag_name: tag, name: tag, body };
      return (await octokit.rest.repos.createRelease(request)).data.html_url;
    },
    async update(id, body) {
      const request = { owner, repo, release_id: id, body };
      return (await octokit.rest.repos.updateRelease(request)).data.html_url;
    },
  };
}
