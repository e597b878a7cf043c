import { migration0001 } from './0001-journal.ts';
import type { Migration } from './migration.ts';

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [migration0001];

/** The schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
