import postgres from 'postgres';
import { breachSql, INVARIANTS } from '../invariants.ts';
import { whyMarked } from '../moving/mark.ts';
import { nameOf } from './database.ts';
import { unavailable } from './errors.ts';
import { readMark } from './mark.ts';
import { hasFunctions, migrate, SCHEMA_VERSION, versionIn } from './schema.ts';

/** What a journal in PostgreSQL is like, every rule asked for. */
export interface SharedReport {
  readonly name: string;
  /** Why it cannot be used; undefined where it can. */
  readonly complaint?: string;
  readonly bytes: number;
  /** The version of the schema, and the newest that this sluice knows. */
  readonly schema: number;
  readonly newestSchema: number;
}

/** Examines a schema in one read-only transaction, also while gateways use it. @throws JournalUnavailable */
export async function reportOnShared(url: string, schema: string): Promise<SharedReport> {
  const name = nameOf(url);
  const sql = connection(url);
  try {
    return (await sql.begin('isolation level repeatable read read only', async (tx) => {
      const found = await versionIn(tx, schema);
      const base = { name, schema: found, newestSchema: SCHEMA_VERSION, bytes: 0 };
      if (found === 0) return { ...base, complaint: `there is no journal in its schema ${schema}` };
      if (found > SCHEMA_VERSION)
        return {
          ...base,
          complaint: `a newer version of sluice wrote it (schema ${found}, this one knows ${SCHEMA_VERSION}). Upgrade this sluice`,
        };
      const [size] = await tx.unsafe(
        `SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::float8 AS n FROM pg_class c
         WHERE c.relnamespace = to_regnamespace('${schema}') AND c.relkind = 'r'`,
      );
      const sized = { ...base, bytes: Number(size?.n ?? 0) };
      const marked = whyMarked(await readMark(tx, schema));
      if (marked !== undefined) return { ...sized, complaint: `${marked.what}. ${marked.mend}` };
      if (found < SCHEMA_VERSION || !(await hasFunctions(tx, schema)))
        return {
          ...sized,
          complaint: 'its tables are older than this sluice. Run `sluice journal migrate`',
        };
      for (const { rule, sql: text } of INVARIANTS) {
        const broken = await tx.unsafe<{ at: string }[]>(breachSql(text, schema));
        if (broken.length > 0) {
          const where = broken.map(({ at }) => at).join(', ');
          return { ...sized, complaint: `a rule is broken: ${rule} (${where})` };
        }
      }
      return sized;
    })) as SharedReport;
  } catch (error) {
    throw unavailable(error, name);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Brings a schema up to this version. @returns the version that was found. */
export async function migrateShared(url: string, schema: string): Promise<number> {
  const sql = connection(url);
  try {
    return await migrate(sql, schema);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

function connection(url: string): postgres.Sql {
  return postgres(url, { max: 1, connect_timeout: 10, onnotice: () => {}, fetch_types: false });
}
