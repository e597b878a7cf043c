/**
 * Updates that stay in their page and touch no index (PostgreSQL's heap-only tuples): an update does so only
 * if no column changes that an index or an index's condition names. A message's state, a lane's turn and a
 * session's last word change with every turn, so the indexes name columns that don't.
 *
 * - `messages.listed` is what a message is looked for as. One that starts at once and is answered is never any.
 * - A lane that works through one message at a time has no `head`.
 * - `sessions.last_minute` is near enough to find the latest.
 *
 * Events and transcripts are only looked for by what they belong to: that is their key.
 */
export const migration0002 = `
ALTER TABLE sluice.messages ADD COLUMN listed text GENERATED ALWAYS AS (CASE
  WHEN state = 'queued' THEN 'queued'
  WHEN at_once AND state = 'running' THEN 'at-once'
  WHEN outcome = 'dead' AND dropped = 0 THEN 'dead' END) STORED;
DROP INDEX sluice.messages_queued;
DROP INDEX sluice.messages_at_once;
DROP INDEX sluice.messages_dead;
CREATE INDEX messages_queued ON sluice.messages (lane, seq) WHERE listed = 'queued';
CREATE INDEX messages_at_once ON sluice.messages (seq) WHERE listed = 'at-once';
CREATE INDEX messages_dead ON sluice.messages (seq) WHERE listed = 'dead';

DROP INDEX sluice.lanes_ready;
CREATE INDEX lanes_waiting ON sluice.lanes (head) WHERE head IS NOT NULL;

ALTER TABLE sluice.sessions ADD COLUMN last_minute bigint GENERATED ALWAYS AS (last_at / 60000) STORED;
DROP INDEX sluice.sessions_last;
CREATE INDEX sessions_recent ON sluice.sessions (last_minute) WHERE NOT stateless;

ALTER TABLE sluice.events DROP CONSTRAINT events_pkey;
DROP INDEX sluice.events_message;
ALTER TABLE sluice.events ADD PRIMARY KEY (message, seq);
ALTER TABLE sluice.transcript DROP CONSTRAINT transcript_pkey;
DROP INDEX sluice.transcript_session;
ALTER TABLE sluice.transcript ADD PRIMARY KEY (session, seq);

ALTER TABLE sluice.messages SET (fillfactor = 60);
ALTER TABLE sluice.turns SET (fillfactor = 60);
ALTER TABLE sluice.outbox SET (fillfactor = 60);
-- Written and taken away once for each batch: not worth compressing.
ALTER TABLE sluice.batches ALTER COLUMN results SET STORAGE EXTERNAL;
`;
