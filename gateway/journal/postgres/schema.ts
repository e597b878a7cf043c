import { hash } from 'node:crypto';
import type { Sql, TransactionSql } from 'postgres';
import { JournalUnusable } from '../../core/exit.ts';
import { whyMarked } from '../moving/mark.ts';
import { ACCEPT } from './functions/accept.ts';
import { CLAIM } from './functions/claim.ts';
import { LANES } from './functions/lanes.ts';
import { MESSAGES } from './functions/messages.ts';
import { OUTBOX } from './functions/outbox.ts';
import { RECORDS } from './functions/records.ts';
import { RUN } from './functions/run.ts';
import { SETS } from './functions/sets.ts';
import { TURNS } from './functions/turns.ts';
import { readMark } from './mark.ts';
import { migration0001 } from './migrations/0001-journal.ts';
import { migration0002 } from './migrations/0002-updates-in-place.ts';
import { migration0003 } from './migrations/0003-peers.ts';
import { migration0004 } from './migrations/0004-files.ts';
import { migration0005 } from './migrations/0005-affinity.ts';

/**
 * Steps of the tables, forward only, each run once. Two versions share the schema during every hand-over:
 * a step only expands; what is no longer used is taken away by a step of a later release.
 */
const MIGRATIONS: readonly string[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
];

/** The schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/**
 * The functions. They call each other by name only when they run, so that their order does not matter
 * (`check_function_bodies` is off while they are made).
 */
const FUNCTIONS = [LANES, RECORDS, OUTBOX, TURNS, CLAIM, ACCEPT, MESSAGES, SETS, RUN];

/**
 * Every version of the functions has names of its own (`sluice.run_0a1b2c3d`): a newer version's instance
 * makes its own beside those that an older one still calls.
 */
const SUFFIX = hash('sha256', FUNCTIONS.join('\n')).slice(0, 8);

/** The name of a function of this version. */
export function functionIn(schema: string, name: 'run' | 'op_outcome'): string {
  return `${schema}.${name}_${SUFFIX}`;
}

function inSchema(sql: string, schema: string): string {
  return sql.replace(/\bsluice(?=\.|')/g, schema);
}

function functionsIn(schema: string): string[] {
  return FUNCTIONS.map((text) =>
    inSchema(text.replace(/\bsluice\.(?!clock\b)(\w+)\(/g, `sluice.$1_${SUFFIX}(`), schema),
  );
}

/**
 * Brings the schema up to this version, under a lock that dies with its holder: of several instances that
 * start at once, one does it and the others wait.
 * @returns the version that was found; 0 for none.
 * @throws JournalUnusable when a newer version has been there, or the journal was moved elsewhere.
 */
export async function migrate(sql: Sql, schema: string): Promise<number> {
  return (await sql.begin(async (tx) => {
    const found = await migrateIn(tx, schema);
    const why = whyMarked(await readMark(tx, schema));
    if (why === undefined) return found;
    throw new JournalUnusable(
      `The journal in PostgreSQL (schema ${schema}) can't be used: ${why.what}. ${why.mend}.`,
    );
  })) as number;
}

/** As `migrate`, in a transaction of the caller's, whose lock it holds to its end; also for one that was moved. */
export async function migrateIn(tx: TransactionSql, schema: string): Promise<number> {
  await tx`SELECT pg_advisory_xact_lock(hashtext('sluice.schema'), hashtext(${schema}))`;
  const found = await versionIn(tx, schema);
  if (found > SCHEMA_VERSION) {
    throw new JournalUnusable(
      `The journal in PostgreSQL (schema ${schema}) is of a newer sluice: it has version ${found}, and this one knows ${SCHEMA_VERSION}. Nothing was changed; upgrade this sluice.`,
    );
  }
  if (found === 0) {
    await tx.unsafe(`CREATE SCHEMA IF NOT EXISTS ${schema}`);
    await tx.unsafe(
      `CREATE TABLE IF NOT EXISTS ${schema}.versions (version integer PRIMARY KEY, at timestamptz NOT NULL DEFAULT now())`,
    );
  }
  for (let version = found + 1; version <= SCHEMA_VERSION; version++) {
    await tx.unsafe(inSchema(MIGRATIONS[version - 1] as string, schema)).simple();
    await tx.unsafe(`INSERT INTO ${schema}.versions (version) VALUES (${version})`);
  }
  if (await hasFunctions(tx, schema)) return found;
  await tx.unsafe('SET LOCAL check_function_bodies = off');
  for (const text of functionsIn(schema)) await tx.unsafe(text).simple();
  return found;
}

/** The version of a schema; 0 where there is none. Looking needs no right to make one. */
export async function versionIn(sql: Sql | TransactionSql, schema: string): Promise<number> {
  const [there] = await sql`SELECT to_regclass(${`${schema}.versions`}) IS NOT NULL AS there`;
  if (there?.there !== true) return 0;
  const [row] = await sql.unsafe(
    `SELECT coalesce(max(version), 0) AS version FROM ${schema}.versions`,
  );
  return Number(row?.version ?? 0);
}

/** Whether this version's functions are there. */
export async function hasFunctions(sql: Sql | TransactionSql, schema: string): Promise<boolean> {
  const [made] = await sql`SELECT to_regproc(${functionIn(schema, 'run')}) IS NOT NULL AS there`;
  return made?.there === true;
}
