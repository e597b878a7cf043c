/**
 * The first schema: the tables of sqlite/migrations/0001-journal.ts, where the columns are explained, in
 * PostgreSQL's types. Times are epoch milliseconds. `lanes` and `instances` change with every turn and every
 * second: room is left in their pages, so that an update stays in its page and touches no index.
 */
export const migration0001 = `
CREATE TABLE sluice.instances (
  id text PRIMARY KEY, machine text NOT NULL, generation integer NOT NULL, version text NOT NULL, pid integer NOT NULL,
  started_at bigint NOT NULL, until bigint NOT NULL, draining boolean NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE sluice.sessions (
  id text PRIMARY KEY, lane text NOT NULL, platform text NOT NULL, account text NOT NULL,
  chat text NOT NULL, thread text, title text, agent text, model text, agent_state text,
  stateless boolean NOT NULL, created_at bigint NOT NULL, last_at bigint NOT NULL, ended_at bigint,
  messages integer NOT NULL DEFAULT 0, input_tokens bigint, output_tokens bigint, cost double precision
) WITH (fillfactor = 80);
CREATE INDEX sessions_lane ON sluice.sessions (lane, created_at);
CREATE INDEX sessions_last ON sluice.sessions (last_at) WHERE NOT stateless;

CREATE TABLE sluice.lanes (
  key text PRIMARY KEY, session text NOT NULL, fence bigint NOT NULL DEFAULT 0, turn text,
  waiting integer NOT NULL DEFAULT 0, head bigint
) WITH (fillfactor = 50);
CREATE INDEX lanes_ready ON sluice.lanes (head) WHERE turn IS NULL AND head IS NOT NULL;
CREATE INDEX lanes_session ON sluice.lanes (session);

CREATE TABLE sluice.messages (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
  platform text NOT NULL, account text NOT NULL, update_id text NOT NULL,
  chat text NOT NULL, thread text, lane text NOT NULL, session text NOT NULL, kind text NOT NULL,
  at_once boolean NOT NULL, burst boolean NOT NULL, holder text, state text NOT NULL, outcome text, turn text,
  received_at bigint NOT NULL, done_at bigint, error text, dropped smallint NOT NULL DEFAULT 0,
  body_hash text NOT NULL, direct smallint NOT NULL, sender text NOT NULL, extra text, text text NOT NULL,
  UNIQUE (platform, account, update_id)
) WITH (fillfactor = 80);
CREATE INDEX messages_queued ON sluice.messages (lane, seq) WHERE state = 'queued';
CREATE INDEX messages_at_once ON sluice.messages (seq) WHERE at_once AND state = 'running';
CREATE INDEX messages_dead ON sluice.messages (seq) WHERE outcome = 'dead' AND dropped = 0;

CREATE TABLE sluice.turns (
  id text PRIMARY KEY, lane text NOT NULL, session text NOT NULL, fence bigint NOT NULL,
  holder text NOT NULL, state text NOT NULL, attempt integer NOT NULL, messages bigint[] NOT NULL,
  first text NOT NULL, started_at bigint NOT NULL, ended_at bigint, error text
) WITH (fillfactor = 80);
CREATE INDEX turns_running ON sluice.turns (lane) WHERE state = 'running';

CREATE TABLE sluice.steps (
  seq bigint GENERATED ALWAYS AS IDENTITY, turn text NOT NULL, attempt integer NOT NULL, id text NOT NULL,
  name text NOT NULL, args_hash text NOT NULL, state text NOT NULL, started_at bigint NOT NULL, ended_at bigint,
  PRIMARY KEY (turn, attempt, id)
);

CREATE TABLE sluice.transcript (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session text NOT NULL, turn text, message text,
  role text NOT NULL, text text NOT NULL, attachments text, at bigint NOT NULL
);
CREATE INDEX transcript_session ON sluice.transcript (session, seq);

CREATE TABLE sluice.outbox (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE,
  platform text NOT NULL, account text NOT NULL, chat text NOT NULL, thread text,
  lane text NOT NULL, kind text NOT NULL, chunk integer NOT NULL, chunks integer NOT NULL,
  message text, turn text, state text NOT NULL, open smallint NOT NULL, ambiguous smallint NOT NULL,
  attempts integer NOT NULL, holder text, due_at bigint NOT NULL, created_at bigint NOT NULL,
  expires_at bigint NOT NULL, settled_at bigint, error text, dropped smallint NOT NULL DEFAULT 0,
  platform_id text, context text, text text NOT NULL
) WITH (fillfactor = 80);
CREATE INDEX outbox_message ON sluice.outbox (message, seq) WHERE message IS NOT NULL;
CREATE INDEX outbox_lane ON sluice.outbox (lane, seq) WHERE open = 1;
CREATE INDEX outbox_account ON sluice.outbox (platform, account, seq) WHERE open = 1;
CREATE INDEX outbox_failed ON sluice.outbox (seq) WHERE state = 'failed' AND dropped = 0;
CREATE INDEX outbox_notices ON sluice.outbox (settled_at) WHERE message IS NULL AND open = 0;

CREATE TABLE sluice.events (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, message bigint NOT NULL,
  name text NOT NULL, at bigint NOT NULL, detail text
);
CREATE INDEX events_message ON sluice.events (message, seq);

CREATE TABLE sluice.leases (name text PRIMARY KEY, holder text NOT NULL);
CREATE TABLE sluice.cursors (name text PRIMARY KEY, value text NOT NULL) WITH (fillfactor = 50);
CREATE TABLE sluice.orders (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, kind text NOT NULL, state text NOT NULL,
  body text NOT NULL
);
CREATE UNIQUE INDEX orders_open ON sluice.orders (kind) WHERE state = 'open';
CREATE TABLE sluice.directives (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text NOT NULL UNIQUE, instance text NOT NULL,
  turn text NOT NULL, kind text NOT NULL, payload text, at bigint NOT NULL
);
CREATE INDEX directives_instance ON sluice.directives (instance, seq);

-- The results of each client's last batch; NULL: a name that no batch may have any more.
CREATE TABLE sluice.batches (id text PRIMARY KEY, results text, at bigint NOT NULL) WITH (fillfactor = 50);

-- What was forgotten, by its end: in still equals out.
CREATE TABLE sluice.forgotten (what text PRIMARY KEY, n bigint NOT NULL);

-- The one clock of lives and leases, in epoch milliseconds.
CREATE FUNCTION sluice.clock() RETURNS bigint LANGUAGE sql VOLATILE AS $$
  SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
$$;
`;
