/** Messages and dead letters: looked at, settled without a turn, tried again, forgotten. */
export const MESSAGES = `
CREATE OR REPLACE FUNCTION sluice.op_message(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(m) FROM sluice.messages m WHERE id = p_id;
$$;

CREATE OR REPLACE FUNCTION sluice.op_settle(p_id text, p_outcome text, o jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE m sluice.messages; v_now bigint := (o->>'now')::bigint; l sluice.lanes;
BEGIN
  SELECT * INTO m FROM sluice.messages WHERE id = p_id;
  IF m.seq IS NULL THEN RETURN false; END IF;
  l := sluice.lane_lock(m.lane);
  SELECT * INTO m FROM sluice.messages WHERE id = p_id;
  -- A command that runs in a turn of its lane ends with its turn.
  IF m.state <> 'queued' AND NOT (m.state = 'running' AND m.kind = 'command' AND m.turn IS NULL
    AND coalesce((o->>'evenRunning')::boolean, false)) THEN RETURN false; END IF;
  UPDATE sluice.messages SET state = 'done', outcome = p_outcome, done_at = v_now, error = o->>'error' WHERE seq = m.seq;
  IF m.state = 'queued' THEN PERFORM sluice.lane_dequeue(m.lane, 1); END IF;
  IF p_outcome = 'steered' AND o->>'turn' IS NOT NULL THEN
    -- The turn remembers what was steered into it, so that taking it up again does not lose it.
    UPDATE sluice.messages SET turn = o->>'turn' WHERE seq = m.seq;
    UPDATE sluice.turns SET messages = messages || m.seq WHERE id = o->>'turn';
  END IF;
  PERFORM sluice.add_event(m.seq, p_outcome, v_now, o->>'detail');
  PERFORM sluice.insert_outbox(o->'outbound', v_now, o->>'sender', NULL);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_trace(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('name', e.name, 'at', e.at, 'detail', e.detail) ORDER BY e.seq), '[]')
  FROM sluice.events e JOIN sluice.messages m ON m.seq = e.message WHERE m.id = p_id;
$$;

-- The reply of a merged message is that of its turn.
CREATE OR REPLACE FUNCTION sluice.op_reply_of(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('outcome', m.outcome, 'sent', (SELECT coalesce(jsonb_agg(jsonb_build_object(
      'kind', o.kind, 'turn', o.turn, 'text', o.text) ORDER BY o.seq), '[]')
    FROM sluice.outbox o WHERE o.message = CASE WHEN m.outcome = 'merged' THEN coalesce(t.first, m.id) ELSE m.id END))
  FROM sluice.messages m LEFT JOIN sluice.turns t ON t.id = m.turn WHERE m.id = p_id AND m.state = 'done';
$$;

CREATE OR REPLACE FUNCTION sluice.op_queued(f jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.seq), '[]') FROM (SELECT * FROM sluice.messages
    WHERE listed = 'queued' AND (f->>'lane' IS NULL OR lane = f->>'lane') ORDER BY seq LIMIT (f->>'limit')::integer) x;
$$;

-- Counted, not kept: a counter that every instance writes would make them wait for each other.
CREATE OR REPLACE FUNCTION sluice.op_counts() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object('accepted', (SELECT count(*) FROM sluice.messages) + (SELECT coalesce(sum(n), 0) FROM sluice.forgotten WHERE what LIKE 'message:%'),
    'outcomes', (SELECT coalesce(jsonb_object_agg(k, n), '{}') FROM (SELECT k, sum(n) AS n FROM (
      SELECT outcome AS k, count(*) AS n FROM sluice.messages WHERE outcome IS NOT NULL GROUP BY outcome
      UNION ALL SELECT substr(what, 9), n FROM sluice.forgotten WHERE what LIKE 'message:%') a GROUP BY k) b),
    'outbox', (SELECT coalesce(jsonb_object_agg(k, n), '{}') FROM (SELECT k, sum(n) AS n FROM (
      SELECT state AS k, count(*) AS n FROM sluice.outbox GROUP BY state
      UNION ALL SELECT substr(what, 8), n FROM sluice.forgotten WHERE what LIKE 'outbox:%') a GROUP BY k) b));
$$;

CREATE OR REPLACE VIEW sluice.dead_letters AS
  SELECT id, 'message' AS what, platform, account, chat, thread, lane, text, error AS reason, coalesce(done_at, 0) AS at
    FROM sluice.messages WHERE listed = 'dead'
  UNION ALL
  SELECT id, 'outbound', platform, account, chat, thread, lane, text, error, coalesce(settled_at, 0)
    FROM sluice.outbox WHERE state = 'failed' AND dropped = 0;

CREATE OR REPLACE FUNCTION sluice.op_dead_letters(p_limit integer) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.at DESC, x.id), '[]')
  FROM (SELECT * FROM sluice.dead_letters ORDER BY at DESC, id LIMIT p_limit) x;
$$;
CREATE OR REPLACE FUNCTION sluice.op_dead_letter(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(x) FROM sluice.dead_letters x WHERE id = p_id LIMIT 1;
$$;

-- A message takes its old place in its lane again, with those that were merged into its turn. A row gets its whole time
-- to live again, and a person has decided that it may be sent.
CREATE OR REPLACE FUNCTION sluice.op_retry_dead(p_id text, p_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE m sluice.messages; l sluice.lanes; v_seq bigint; n integer := 0; v_message text;
BEGIN
  SELECT * INTO m FROM sluice.messages WHERE id = p_id AND outcome = 'dead' AND dropped = 0;
  IF m.seq IS NULL THEN
    UPDATE sluice.outbox SET state = 'prepared', open = 1, ambiguous = 0, attempts = 0, error = NULL, due_at = 0,
      expires_at = p_now + (expires_at - created_at), settled_at = NULL, holder = NULL
      WHERE id = p_id AND state = 'failed' AND dropped = 0 RETURNING message INTO v_message;
    IF NOT FOUND THEN RETURN false; END IF;
    PERFORM sluice.add_event_by_id(v_message, 'retried', p_now, NULL);
    RETURN true;
  END IF;
  l := sluice.lane_lock(m.lane);
  FOR v_seq IN SELECT m.seq UNION SELECT x.seq FROM sluice.turns t JOIN sluice.messages x ON x.seq = ANY (t.messages)
    WHERE t.id = m.turn AND x.outcome = 'merged' ORDER BY 1 LOOP
    UPDATE sluice.messages SET state = 'queued', outcome = NULL, turn = NULL, error = NULL, done_at = NULL, session = l.session
      WHERE seq = v_seq;
    PERFORM sluice.add_event(v_seq, 'retried', p_now, NULL);
    n := n + 1;
  END LOOP;
  PERFORM sluice.lane_enqueue(m.lane, m.seq, n);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_drop_dead(p_id text, p_now bigint) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sluice.messages SET dropped = 1 WHERE id = p_id AND outcome = 'dead' AND dropped = 0;
  IF FOUND THEN RETURN true; END IF;
  UPDATE sluice.outbox SET dropped = 1 WHERE id = p_id AND state = 'failed' AND dropped = 0;
  RETURN FOUND;
END $$;

CREATE OR REPLACE FUNCTION sluice.count_forgotten(p_what text, p_n bigint) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sluice.forgotten (what, n) VALUES (p_what, p_n) ON CONFLICT (what) DO UPDATE SET n = forgotten.n + excluded.n;
$$;

-- Messages are looked at in the order in which they came; the first that is too young ends it.
CREATE OR REPLACE FUNCTION sluice.op_forget(o jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  v_before bigint := (o->>'before')::bigint; v_after bigint := coalesce((o->>'after')::bigint, 0); v_limit integer := (o->>'limit')::integer;
  m sluice.messages; seen integer := 0; gone integer := 0; young boolean := false; v_last bigint := v_after; notices integer; r record; more boolean;
BEGIN
  FOR m IN SELECT * FROM sluice.messages WHERE seq > v_after ORDER BY seq LIMIT v_limit LOOP
    IF m.received_at >= v_before THEN young := true; EXIT; END IF;
    seen := seen + 1; v_last := m.seq;
    CONTINUE WHEN m.state <> 'done' OR coalesce(m.done_at, m.received_at) >= v_before OR (m.outcome = 'dead' AND m.dropped = 0)
      OR EXISTS (SELECT 1 FROM sluice.turns t JOIN sluice.messages d ON d.id = t.first
        WHERE t.id = m.turn AND (d.state <> 'done' OR (d.outcome = 'dead' AND d.dropped = 0)))
      OR EXISTS (SELECT 1 FROM sluice.outbox x WHERE x.message = m.id AND (x.open = 1 OR (x.state = 'failed' AND x.dropped = 0)));
    PERFORM sluice.forget_one(m);
    gone := gone + 1;
  END LOOP;
  WITH old AS (DELETE FROM sluice.outbox WHERE seq IN (SELECT seq FROM sluice.outbox WHERE message IS NULL AND open = 0
      AND settled_at < v_before AND NOT (state = 'failed' AND dropped = 0) LIMIT v_limit) RETURNING state)
  SELECT count(*) INTO notices FROM old;
  -- What nobody has asked for within a day nobody will.
  DELETE FROM sluice.batches WHERE at < sluice.clock() - 86400000;
  more := (NOT young AND seen = v_limit) OR notices = v_limit;
  RETURN jsonb_build_object('messages', gone, 'bytes', (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c
      WHERE c.relnamespace = 'sluice'::regnamespace AND c.relkind = 'r'))
    || CASE WHEN more THEN jsonb_build_object('next', v_last) ELSE '{}' END;
END $$;

CREATE OR REPLACE FUNCTION sluice.forget_one(m sluice.messages) RETURNS void LANGUAGE plpgsql AS $$
DECLARE r record;
BEGIN
  DELETE FROM sluice.events WHERE message = m.seq;
  FOR r IN WITH old AS (DELETE FROM sluice.outbox WHERE message = m.id RETURNING state) SELECT state, count(*) AS n FROM old GROUP BY state LOOP
    PERFORM sluice.count_forgotten('outbox:' || r.state, r.n);
  END LOOP;
  -- With the first message of a turn the turn itself goes.
  DELETE FROM sluice.turns WHERE id = m.turn AND first = m.id;
  IF FOUND THEN DELETE FROM sluice.steps WHERE turn = m.turn; END IF;
  DELETE FROM sluice.messages WHERE seq = m.seq;
  PERFORM sluice.count_forgotten('message:' || m.outcome, 1);
  -- A stateless request had a lane and a session to itself.
  IF EXISTS (SELECT 1 FROM sluice.sessions WHERE id = m.session AND stateless) THEN
    DELETE FROM sluice.lanes WHERE session = m.session AND turn IS NULL AND head IS NULL;
    IF FOUND THEN DELETE FROM sluice.sessions WHERE id = m.session; END IF;
  END IF;
END $$;
`;
