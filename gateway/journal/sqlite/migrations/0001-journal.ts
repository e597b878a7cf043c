import type { Migration } from './migration.ts';

/**
 * The first schema.
 *
 * - `lanes.waiting` and `lanes.head` are the number and the lowest seq of the lane's queued messages: a
 *   lane with work is found by one partial index, whatever the number of lanes.
 * - `turns.messages` is a JSON list of message seqs, in order; `lanes.turn` is set iff one runs.
 * - `outbox.open` is 1 iff the row is prepared, sending or ambiguous.
 * - `counters` is kept by triggers, so that counting costs the same after a million messages.
 */
export const migration0001: Migration = {
  version: 1,
  name: 'journal',
  sql: `
CREATE TABLE instances (
  id TEXT PRIMARY KEY, generation INTEGER NOT NULL, version TEXT NOT NULL, pid INTEGER NOT NULL,
  started_at INTEGER NOT NULL, until INTEGER NOT NULL, draining INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY, lane TEXT NOT NULL, platform TEXT NOT NULL, account TEXT NOT NULL,
  chat TEXT NOT NULL, thread TEXT, title TEXT, agent TEXT, model TEXT, agent_state TEXT,
  stateless INTEGER NOT NULL, created_at INTEGER NOT NULL, last_at INTEGER NOT NULL, ended_at INTEGER,
  messages INTEGER NOT NULL DEFAULT 0,
  input_tokens INTEGER, output_tokens INTEGER, cost REAL
) WITHOUT ROWID;
CREATE INDEX sessions_lane ON sessions (lane, created_at);
CREATE INDEX sessions_last ON sessions (last_at) WHERE stateless = 0;

CREATE TABLE lanes (
  key TEXT PRIMARY KEY, session TEXT NOT NULL REFERENCES sessions (id),
  fence INTEGER NOT NULL DEFAULT 0, turn TEXT,
  waiting INTEGER NOT NULL DEFAULT 0, head INTEGER
) WITHOUT ROWID;
CREATE INDEX lanes_ready ON lanes (head) WHERE turn IS NULL AND head IS NOT NULL;

CREATE TABLE messages (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL, account TEXT NOT NULL, update_id TEXT NOT NULL,
  chat TEXT NOT NULL, thread TEXT, lane TEXT NOT NULL, session TEXT NOT NULL, kind TEXT NOT NULL,
  at_once INTEGER NOT NULL, holder TEXT, state TEXT NOT NULL, outcome TEXT, turn TEXT,
  received_at INTEGER NOT NULL, done_at INTEGER, error TEXT, dropped INTEGER NOT NULL DEFAULT 0,
  body_hash TEXT NOT NULL, direct INTEGER NOT NULL, sender TEXT NOT NULL, extra TEXT, text TEXT NOT NULL,
  UNIQUE (platform, account, update_id)
);
CREATE INDEX messages_queued ON messages (lane, seq) WHERE state = 'queued';
CREATE INDEX messages_at_once ON messages (seq) WHERE at_once = 1 AND state = 'running';
CREATE INDEX messages_dead ON messages (seq) WHERE outcome = 'dead' AND dropped = 0;

CREATE TABLE turns (
  id TEXT PRIMARY KEY, lane TEXT NOT NULL, session TEXT NOT NULL, fence INTEGER NOT NULL,
  holder TEXT NOT NULL, state TEXT NOT NULL, attempt INTEGER NOT NULL, messages TEXT NOT NULL,
  first TEXT NOT NULL, started_at INTEGER NOT NULL, ended_at INTEGER, error TEXT
) WITHOUT ROWID;
CREATE INDEX turns_running ON turns (lane) WHERE state = 'running';

CREATE TABLE steps (
  seq INTEGER PRIMARY KEY, turn TEXT NOT NULL, attempt INTEGER NOT NULL, id TEXT NOT NULL,
  name TEXT NOT NULL, args_hash TEXT NOT NULL, state TEXT NOT NULL,
  started_at INTEGER NOT NULL, ended_at INTEGER,
  UNIQUE (turn, attempt, id)
);

CREATE TABLE transcript (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, turn TEXT, message TEXT,
  role TEXT NOT NULL, text TEXT NOT NULL, attachments TEXT, at INTEGER NOT NULL
);
CREATE INDEX transcript_session ON transcript (session, seq);

CREATE TABLE outbox (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
  platform TEXT NOT NULL, account TEXT NOT NULL, chat TEXT NOT NULL, thread TEXT,
  lane TEXT NOT NULL, kind TEXT NOT NULL, chunk INTEGER NOT NULL, chunks INTEGER NOT NULL,
  message TEXT, turn TEXT, state TEXT NOT NULL, open INTEGER NOT NULL, ambiguous INTEGER NOT NULL,
  attempts INTEGER NOT NULL, holder TEXT, due_at INTEGER NOT NULL, created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL, settled_at INTEGER, error TEXT, dropped INTEGER NOT NULL DEFAULT 0,
  platform_id TEXT, context TEXT, text TEXT NOT NULL
);
CREATE INDEX outbox_message ON outbox (message, seq) WHERE message IS NOT NULL;
CREATE INDEX outbox_lane ON outbox (lane, seq) WHERE open = 1;
CREATE INDEX outbox_account ON outbox (platform, account, seq) WHERE open = 1;
CREATE INDEX outbox_failed ON outbox (seq) WHERE state = 'failed' AND dropped = 0;

CREATE TABLE events (
  seq INTEGER PRIMARY KEY, message INTEGER NOT NULL REFERENCES messages (seq),
  name TEXT NOT NULL, at INTEGER NOT NULL, detail TEXT
);
CREATE INDEX events_message ON events (message, seq);

CREATE TABLE leases (name TEXT PRIMARY KEY, holder TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE cursors (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE orders (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX orders_open ON orders (kind) WHERE state = 'open';

CREATE TABLE directives (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, instance TEXT NOT NULL,
  turn TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT, at INTEGER NOT NULL
);
CREATE INDEX directives_instance ON directives (instance, seq);

CREATE TABLE counters (name TEXT PRIMARY KEY, n INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO counters (name, n) VALUES ('accepted', 0),
  ('message:answered', 0), ('message:merged', 0), ('message:steered', 0),
  ('message:rejected', 0), ('message:cancelled', 0), ('message:dead', 0),
  ('outbox:prepared', 0), ('outbox:sending', 0), ('outbox:sent', 0),
  ('outbox:failed', 0), ('outbox:ambiguous', 0), ('outbox:expired', 0);
CREATE TRIGGER count_accepted AFTER INSERT ON messages BEGIN
  UPDATE counters SET n = n + 1 WHERE name = 'accepted';
END;
CREATE TRIGGER count_outcome AFTER UPDATE OF outcome ON messages WHEN OLD.outcome IS NOT NEW.outcome BEGIN
  UPDATE counters SET n = n - 1 WHERE name = 'message:' || OLD.outcome;
  UPDATE counters SET n = n + 1 WHERE name = 'message:' || NEW.outcome;
END;
CREATE TRIGGER count_prepared AFTER INSERT ON outbox BEGIN
  UPDATE counters SET n = n + 1 WHERE name = 'outbox:' || NEW.state;
END;
CREATE TRIGGER count_sent AFTER UPDATE OF state ON outbox WHEN OLD.state IS NOT NEW.state BEGIN
  UPDATE counters SET n = n - 1 WHERE name = 'outbox:' || OLD.state;
  UPDATE counters SET n = n + 1 WHERE name = 'outbox:' || NEW.state;
END;
`,
};
