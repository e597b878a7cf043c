import type { ForgeKind } from '../../../scripts/attribution/dialect.ts';
import { siteOf } from '../../../scripts/attribution/site.ts';
import type { Connection } from '../../../scripts/forge/connection.ts';

/** The way to a local forge's "acme/app", where a second lasts a millisecond. */
export function connectionTo(
  forge: ForgeKind,
  apiUrl: string,
  token?: string,
  repo = 'acme/app',
): Connection {
  const { site } = siteOf({ forge, repo, apiUrl }, undefined);
  return {
    site: site!,
    token: token === undefined ? undefined : { value: token, ofJob: false },
    maxWaitSeconds: 2,
    second: 1,
  };
}
