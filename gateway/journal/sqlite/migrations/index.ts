import { migration0001 } from './0001-journal.ts';
import { migration0002 } from './0002-retention.ts';
import { migration0003 } from './0003-machines.ts';
import { migration0004 } from './0004-peers.ts';
import { migration0005 } from './0005-affinity.ts';
import type { Migration } from './migration.ts';

/** Every step, in order. */
export const MIGRATIONS: readonly Migration[] = [
  migration0001,
  migration0002,
  migration0003,
  migration0004,
  migration0005,
];

/** The schema that this version writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;
