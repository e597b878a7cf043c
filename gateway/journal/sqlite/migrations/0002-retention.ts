import type { Migration } from './migration.ts';

/**
 * For what is forgotten: notices, which no message leads to, are found by their age, and the lane of a session
 * by its name, without which each session that goes would have every lane looked at.
 */
export const migration0002: Migration = {
  version: 2,
  name: 'retention',
  sql: `
CREATE INDEX outbox_notices ON outbox (settled_at) WHERE message IS NULL AND open = 0;
CREATE INDEX lanes_session ON lanes (session);
`,
};
