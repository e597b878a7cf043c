import type { Migration } from './migration.ts';

/** The machine that has what a lane's agent keeps. */
export const migration0005: Migration = {
  version: 5,
  name: 'affinity',
  sql: 'ALTER TABLE lanes ADD COLUMN machine TEXT;',
};
