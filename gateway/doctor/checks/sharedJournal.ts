import postgres from 'postgres';
import { journalUrl } from '../../assembly/journalOf.ts';
import { nameOf } from '../../journal/postgres/database.ts';
import { reportOnShared } from '../../journal/postgres/report.ts';
import type { Check } from '../check.ts';
import type { Examinee } from '../examinee.ts';
import { type Finding, says } from '../finding.ts';

const { ok, problem, warning } = says('shared journal');

/** PostgreSQL 15. */
const OLDEST = 150_000;
const CLOCK_MS = 5_000;
/** Connections that a gateway wants to find free: its own two, another's, and somebody's who looks. */
const SPARE = 8;

/** The database of the configuration; undefined where the journal is a file, or the configuration is broken. */
export async function sharedJournal(
  of: Pick<Examinee, 'loaded' | 'places'>,
): Promise<{ url: string; schema: string } | undefined> {
  try {
    const { config, file } = await of.loaded();
    const { env } = of.places;
    const url = journalUrl(config, { env, ...(file === undefined ? {} : { configFile: file }) });
    return url === undefined ? undefined : { url, schema: config.journal.schema };
  } catch {
    return undefined;
  }
}

/** A journal in PostgreSQL: reachable, new enough, durable, with rights and room, sound; its peers heard. */
export const sharedJournalCheck: Check = {
  name: 'shared journal',
  async examine(of) {
    const place = await sharedJournal(of);
    if (place === undefined) return [];
    const { url, schema } = place;
    const sql = postgres(url, {
      max: 1,
      connect_timeout: 3,
      onnotice: () => {},
      fetch_types: false,
    });
    try {
      return [
        ...(await aboutServer(sql, of, url)),
        ...(await aboutSchema(sql, url, schema)),
        ...(await aboutPeers(of)),
      ];
    } catch (error) {
      const why = (error as Error).message || String((error as { code?: unknown }).code);
      return [
        problem(`${nameOf(url)} can't be used: ${why}`, 'psql "$SLUICE_JOURNAL_URL" -c "SELECT 1"'),
      ];
    } finally {
      await sql.end({ timeout: 1 });
    }
  },
};

async function aboutServer(sql: postgres.Sql, of: Examinee, url: string): Promise<Finding[]> {
  const began = of.now();
  const [row] = await sql<
    { version: number; shown: string; sync: string; now: number; used: number; max: number }[]
  >`SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS shown,
    current_setting('synchronous_commit') AS sync, (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
    (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used,
    current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS max`;
  if (row === undefined)
    return [problem('the server does not answer', 'psql "$SLUICE_JOURNAL_URL"')];
  const found: Finding[] = [];
  if (row.version < OLDEST) {
    found.push(
      problem(
        `the server is PostgreSQL ${row.shown}; 15 is the oldest that will do`,
        'upgrade the server',
      ),
    );
  }
  if (row.sync === 'off') {
    found.push(
      warning(
        'synchronous_commit is off: what was acknowledged may be lost when the server dies',
        'ALTER ROLE CURRENT_USER SET synchronous_commit = on',
      ),
    );
  }
  const apart = Math.abs(row.now - (began + of.now()) / 2);
  if (apart > CLOCK_MS) {
    found.push(
      warning(
        `this clock and the server's are ${Math.round(apart / 1000)} s apart. Leases go by the server's; times that are shown do not`,
        'timedatectl set-ntp true',
      ),
    );
  }
  if (row.max - row.used < SPARE) {
    found.push(
      warning(
        `${row.used} of ${row.max} connections are in use, and each gateway takes three`,
        'raise max_connections of the server',
      ),
    );
  }
  return found.length > 0
    ? found
    : [ok(`${nameOf(url)}, PostgreSQL ${row.shown}, ${row.used} of ${row.max} connections`)];
}

async function aboutSchema(sql: postgres.Sql, url: string, schema: string): Promise<Finding[]> {
  const [row] = await sql<{ there: boolean; uses: boolean; makes: boolean }[]>`
    SELECT to_regnamespace(${schema}) IS NOT NULL AS there,
      coalesce(has_schema_privilege(to_regnamespace(${schema})::oid, 'USAGE'), false) AS uses,
      has_database_privilege(current_database(), 'CREATE') AS makes`;
  if (row?.there !== true) {
    return row?.makes
      ? [ok(`none in the schema ${schema} yet; the first start makes it`)]
      : [
          problem(
            `this role may not make the schema ${schema}`,
            'sluice journal migrate   (as a role that may)',
          ),
        ];
  }
  if (!row.uses) {
    return [
      problem(
        `this role has no right to the schema ${schema}`,
        `GRANT USAGE ON SCHEMA ${schema} TO …`,
      ),
    ];
  }
  const { complaint, bytes, schema: version } = await reportOnShared(url, schema);
  return complaint === undefined
    ? [ok(`sound, ${(bytes / 1024 / 1024).toFixed(1)} MiB, schema ${version}`)]
    : [problem(complaint, 'sluice journal check')];
}

/** Who does not hear whom is known by the gateway that runs. */
async function aboutPeers(of: Examinee): Promise<Finding[]> {
  const gateway = await of.gateway();
  if (gateway.is !== 'running') return [];
  return (gateway.status.peers ?? [])
    .filter(({ heard }) => !heard)
    .map(({ machine, address, reason }) =>
      warning(
        `${machine} is not heard${address === undefined ? '' : ` at ${address}`}: ${reason ?? 'no answer'}. Its replies come whole, not as they grow`,
        'open the port between the machines, or set journal.peers (docs/fleet.md)',
      ),
    );
}
