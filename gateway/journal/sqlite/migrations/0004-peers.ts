import type { Migration } from './migration.ts';

/** How others hear an instance directly, as JSON. An instance of one home has a private socket instead. */
export const migration0004: Migration = {
  version: 4,
  name: 'peers',
  sql: 'ALTER TABLE instances ADD COLUMN peer TEXT;',
};
