import type { Migration } from './migration.ts';

/** Notices, which no message leads to, are found by their age. */
export const migration0002: Migration = {
  version: 2,
  name: 'retention',
  sql: 'CREATE INDEX outbox_notices ON outbox (settled_at) WHERE message IS NULL AND open = 0;',
};
