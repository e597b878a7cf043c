import { migration0001 } from './0001-journal.ts';
import { migration0002 } from './0002-retention.ts';
import type { Migration } from './migration.ts';

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [migration0001, migration0002];

/** The schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
