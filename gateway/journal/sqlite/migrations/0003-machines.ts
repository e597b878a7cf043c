import type { Migration } from './migration.ts';

/** The home that an instance runs from. Rows of a version that does not know it have none. */
export const migration0003: Migration = {
  version: 3,
  name: 'machines',
  sql: 'ALTER TABLE instances ADD COLUMN machine TEXT;',
};
