import type { Forge } from '../attribution/facts.ts';
import type { FactCache } from './cache.ts';
import type { Connection } from './connection.ts';
import type { Releases } from './releases.ts';

// Each forge's client is loaded when it is needed: an offline run needs none.

/** The forge that a connection leads to. */
export async function openForge(connection: Connection, cache: FactCache): Promise<Forge> {
  switch (connection.site.kind) {
    case 'github':
      return (await import('./github.ts')).github(connection, cache);
    case 'gitlab':
      return (await import('./gitlab.ts')).gitlab(connection, cache);
    case 'forgejo':
      return (await import('./forgejo.ts')).forgejo(connection, cache);
  }
}

/** Its releases. */
export async function openReleases(connection: Connection): Promise<Releases> {
  switch (connection.site.kind) {
    case 'github':
      return (await import('./github-releases.ts')).githubReleases(connection);
    case 'gitlab':
      return (await import('./gitlab-releases.ts')).gitlabReleases(connection);
    case 'forgejo':
      return (await import('./forgejo-releases.ts')).forgejoReleases(connection);
  }
}
