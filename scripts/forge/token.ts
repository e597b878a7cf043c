import type { ForgeKind } from '../attribution/dialect.ts';
import type { Site } from '../attribution/site.ts';

/** What a request is signed with. */
export interface Token {
  readonly value: string;
  /** The token that GitLab gives to one CI job has a header of its own. */
  readonly ofJob: boolean;
}

type Env = Readonly<Record<string, string | undefined>>;

const VARIABLES: Record<ForgeKind, readonly string[]> = {
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  gitlab: ['GITLAB_TOKEN', 'GL_TOKEN'],
  forgejo: ['FORGEJO_TOKEN', 'GITEA_TOKEN'],
};

/**
 * The token for a site, from the variables that its forge's own tools read. None for a host that
 * nobody named: the token of one server would be told to another.
 */
export function tokenFor(site: Site, env: Env): Token | undefined {
  if (!site.trusted) return undefined;
  // Forgejo's and Gitea's runners hand theirs over by GitHub's name.
  const ofRunner = env.FORGEJO_ACTIONS === 'true' || env.GITEA_ACTIONS === 'true';
  const given = site.kind === 'github' && ofRunner ? [] : VARIABLES[site.kind];
  const names = site.kind === 'forgejo' && ofRunner ? [...given, 'GITHUB_TOKEN'] : given;
  const value = names.map((name) => env[name]).find(Boolean);
  if (value) return { value, ofJob: false };
  const job = site.kind === 'gitlab' && site.host === env.CI_SERVER_HOST && env.CI_JOB_TOKEN;
  return job ? { value: job, ofJob: true } : undefined;
}

/** What to do so that there is a token, as a part of a sentence. */
export function howToGiveOne(site: Site): string {
  const names = VARIABLES[site.kind].join(' or ');
  if (site.trusted) return `in ${names}`;
  const there = new URL(site.apiUrl).host;
  return `in ${names}, and --forge ${site.kind} on the command line, so that it may be sent to ${there}`;
}
