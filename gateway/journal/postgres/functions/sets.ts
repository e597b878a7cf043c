/**
 * Many calls of one kind, each in a lane of its own, in a few statements for all of them. What a statement
 * costs is shared by all that it does, and this is the way of nearly every message: it starts at once or waits
 * behind a turn that runs; a turn of one message ends. All else goes to the function for one call (\`op_accept\`,
 * \`op_end_turn\`, \`op_settle_outbox\`), which says the same at length and is the reference for this.
 *
 * The lanes are locked before (\`run\`), in a statement of its own: see lanes.ts. Plans are made once for a
 * connection, maybe while the tables are empty: the settings keep them from reading whole tables later.
 */
const PLANNED = `SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off
  SET plan_cache_mode = force_generic_plan`;

export const SETS = `
CREATE OR REPLACE FUNCTION sluice.op_accepts(p jsonb) RETURNS text LANGUAGE plpgsql ${PLANNED} AS $$
DECLARE r record; x jsonb; v_keys text[]; found json[] := '{}';
BEGIN
  v_keys := ARRAY(SELECT y->>'lane' FROM jsonb_array_elements(p) y
    WHERE NOT EXISTS (SELECT 1 FROM sluice.lanes l WHERE l.key = y->>'lane') ORDER BY 1);
  IF cardinality(v_keys) > 0 THEN
    -- One that another instance makes at this moment is waited for and locked, like one that was there.
    WITH made AS (
      INSERT INTO sluice.lanes (key, session) SELECT k, sluice.new_id('s', sluice.clock()) FROM unnest(v_keys) k
      ON CONFLICT (key) DO NOTHING RETURNING key, session)
    INSERT INTO sluice.sessions (id, lane, platform, account, chat, thread, stateless, created_at, last_at)
    SELECT made.session, made.key, y->>'platform', y->>'account', y->>'chat', y->>'thread', (y->>'stateless')::boolean,
      (y->'o'->>'now')::bigint, (y->'o'->>'now')::bigint
    FROM made JOIN jsonb_array_elements(p) y ON y->>'lane' = made.key;
    PERFORM 1 FROM sluice.lanes WHERE key = ANY (v_keys) ORDER BY key FOR NO KEY UPDATE;
  END IF;
  FOR r IN WITH given AS MATERIALIZED (
      SELECT y.*, (y.o->>'now')::bigint AS now, (y.o->'claim'->>'now')::bigint AS begun, (SELECT i.id FROM sluice.instances i WHERE i.id = y.o->'claim'->>'holder') AS starter
      FROM jsonb_to_recordset(p) AS y (i integer, id text, platform text, account text, update_id text, chat text, thread text,
        lane text, kind text, at_once boolean, burst boolean, received_at bigint, body_hash text, direct smallint,
        sender text, extra text, text text, o jsonb)
    ), c AS MATERIALIZED (
      SELECT g.*, l.session, l.turn AS busy, l.waiting, l.fence,
        CASE WHEN l.turn IS NULL AND l.head IS NULL AND NOT g.burst AND g.starter IS NOT NULL THEN sluice.new_id('t', g.now) END AS turn
      FROM given g JOIN sluice.lanes l ON l.key = g.lane
      WHERE NOT g.at_once AND l.machine IS NULL AND ((l.turn IS NULL AND l.head IS NULL AND NOT g.burst AND g.starter IS NOT NULL)
        OR ((l.turn IS NOT NULL OR g.starter IS NULL) AND l.waiting < (g.o->>'queueLimit')::integer))
    ), put AS (
      INSERT INTO sluice.messages (id, platform, account, update_id, chat, thread, lane, session, kind, at_once, burst,
        state, turn, received_at, body_hash, direct, sender, extra, text)
      SELECT id, platform, account, update_id, chat, thread, lane, session, kind, false, burst,
        CASE WHEN turn IS NULL THEN 'queued' ELSE 'running' END, turn, received_at, body_hash, direct, sender, extra, text
      FROM c ORDER BY i
      ON CONFLICT (platform, account, update_id) DO NOTHING RETURNING seq, lane
    ), d AS MATERIALIZED (SELECT c.i, c.id, c.lane, c.session, c.kind, c.turn, c.busy, c.waiting, c.fence, c.starter, c.now, c.begun, put.seq FROM put JOIN c USING (lane)
    ), lanes AS (
      UPDATE sluice.lanes l SET turn = coalesce(d.turn, l.turn), fence = l.fence + CASE WHEN d.turn IS NULL THEN 0 ELSE 1 END,
        waiting = l.waiting + CASE WHEN d.turn IS NULL THEN 1 ELSE 0 END,
        head = CASE WHEN d.turn IS NULL THEN least(coalesce(l.head, d.seq), d.seq) ELSE l.head END
      FROM d WHERE l.key = d.lane
    ), turns AS (
      INSERT INTO sluice.turns (id, lane, session, fence, holder, state, attempt, messages, first, started_at)
      SELECT turn, lane, session, fence + 1, starter, 'running', 1, ARRAY[seq], id, begun FROM d WHERE turn IS NOT NULL
    ), events AS (
      INSERT INTO sluice.events (message, name, at, detail)
      SELECT seq, 'accepted', now, NULL FROM d UNION ALL
      SELECT seq, CASE WHEN turn IS NULL THEN 'queued' ELSE 'started' END, CASE WHEN turn IS NULL THEN now ELSE begun END, CASE WHEN turn IS NULL
        THEN json_build_object('ahead', waiting) ELSE json_build_object('turn', turn, 'attempt', 1, 'instance', starter) END::text FROM d
    ), sessions AS (
      UPDATE sluice.sessions s SET messages = s.messages + 1, last_at = d.now FROM d WHERE s.id = d.session AND d.kind <> 'command'
    )
    SELECT d.i, CASE WHEN d.turn IS NULL THEN json_build_object('status', 'accepted', 'seq', d.seq, 'session', d.session,
        'ahead', d.waiting, 'running', sluice.running_turn(d.busy))
      ELSE json_build_object('status', 'accepted', 'seq', d.seq, 'session', d.session, 'ahead', 0, 'started',
        json_build_object('turn', d.turn, 'fence', d.fence + 1, 'agent', s.agent, 'model', s.model, 'agent_state', s.agent_state,
          'opens', NOT EXISTS (SELECT 1 FROM sluice.transcript t WHERE t.session = d.session))) END AS answer
    FROM d JOIN sluice.sessions s ON s.id = d.session
  LOOP found[r.i + 1] := r.answer; END LOOP;
  FOR x IN SELECT y FROM jsonb_array_elements(p) y LOOP
    IF found[(x->>'i')::integer + 1] IS NULL THEN
      found[(x->>'i')::integer + 1] := sluice.op_accept(x, x->'o')::json;
    ELSE PERFORM sluice.move_cursor(x->'o');
    END IF;
  END LOOP;
  RETURN '[' || array_to_string(found, ',') || ']';
END $$;

CREATE OR REPLACE FUNCTION sluice.op_end_turns(p jsonb) RETURNS text LANGUAGE plpgsql ${PLANNED} AS $$
DECLARE r record; x jsonb; found json[] := '{}';
BEGIN
  FOR r IN WITH c AS MATERIALIZED (
      SELECT y.*, coalesce(y.outcome, CASE y."end" WHEN 'failed' THEN 'dead' ELSE y."end" END) AS became
      FROM jsonb_to_recordset(p) AS y (i integer, turn text, lane text, fence bigint, "end" text, outcome text, now bigint,
        error text, reasoning text, usage jsonb, outbound jsonb, transcript jsonb, claim jsonb, sender text)
      WHERE y."end" <> 'suspended'
    ), t AS (
      UPDATE sluice.turns t SET state = c."end", ended_at = c.now, error = c.error FROM c
      WHERE t.id = c.turn AND t.lane = c.lane AND t.fence = c.fence AND t.state = 'running' AND cardinality(t.messages) = 1
      RETURNING c.*, t.session, t.first, t.messages[1] AS seq
    ), lanes AS (
      UPDATE sluice.lanes l SET turn = NULL FROM t WHERE l.key = t.lane RETURNING t.i, l.head
    ), messages AS (
      UPDATE sluice.messages m SET state = 'done', outcome = t.became, done_at = t.now, error = t.error
      FROM t WHERE m.seq = t.seq AND m.state = 'running' RETURNING t.i, m.seq
    ), events AS (
      INSERT INTO sluice.events (message, name, at, detail)
      SELECT m.seq, t.became, t.now, json_strip_nulls(json_build_object('turn', t.turn, 'error', t.error, 'reasoning', t.reasoning))::text
      FROM messages m JOIN t USING (i)
    ), transcript AS (
      INSERT INTO sluice.transcript (session, turn, message, role, text, attachments, at)
      SELECT t.session, t.turn, t.first, y.line->>'role', y.line->>'text', y.line->>'attachments', t.now
      FROM t, jsonb_array_elements(t.transcript) WITH ORDINALITY y (line, nth) ORDER BY t.i, y.nth
    ), sessions AS (
      UPDATE sluice.sessions s SET last_at = t.now,
        input_tokens = CASE WHEN t.usage->>'inputTokens' IS NULL THEN s.input_tokens ELSE coalesce(s.input_tokens, 0) + (t.usage->>'inputTokens')::bigint END,
        output_tokens = CASE WHEN t.usage->>'outputTokens' IS NULL THEN s.output_tokens ELSE coalesce(s.output_tokens, 0) + (t.usage->>'outputTokens')::bigint END,
        cost = CASE WHEN t.usage->>'cost' IS NULL THEN s.cost ELSE coalesce(s.cost, 0) + (t.usage->>'cost')::double precision END
      FROM t WHERE s.id = t.session
    ), rows AS MATERIALIZED (
      SELECT t.i, t.turn AS of_turn, t.now, t.sender, y.*, t.sender IS NOT NULL
        AND row_number() OVER (PARTITION BY y.lane ORDER BY t.i, y.nth) = 1 AND NOT sluice.op_owes(y.lane) AS at_once
      FROM t, ROWS FROM (jsonb_to_recordset(t.outbound) AS (id text, platform text, account text, chat text, thread text, lane text,
        kind text, chunk integer, chunks integer, message text, expires_at bigint, platform_id text, context text, text text))
        WITH ORDINALITY y (id, platform, account, chat, thread, lane, kind, chunk, chunks, message, expires_at, platform_id, context, text, nth)
    ), outbox AS (
      INSERT INTO sluice.outbox (id, platform, account, chat, thread, lane, kind, chunk, chunks, message, turn, state, open,
        ambiguous, attempts, holder, due_at, created_at, expires_at, platform_id, context, text)
      SELECT id, platform, account, chat, thread, lane, kind, chunk, chunks, message, of_turn,
        CASE WHEN at_once THEN 'sending' ELSE 'prepared' END, 1, 0, CASE WHEN at_once THEN 1 ELSE 0 END,
        CASE WHEN at_once THEN sender END, 0, now, expires_at, platform_id, context, text
      FROM rows ORDER BY i, nth ON CONFLICT (id) DO NOTHING RETURNING id, turn, state
    )
    SELECT t.i, t.lane, t.claim, lanes.head, json_build_object('accepted', true, 'sending',
      (SELECT coalesce(json_agg(o.id), '[]') FROM outbox o WHERE o.turn = t.turn AND o.state = 'sending'))::jsonb AS answer
    FROM t JOIN lanes USING (i)
  LOOP
    IF r.head IS NOT NULL AND r.claim IS NOT NULL AND sluice.standing(r.claim->>'holder') THEN
      r.answer := r.answer || sluice.claim_lane(sluice.lane_lock(r.lane), r.claim);
    END IF;
    found[r.i + 1] := r.answer::json;
  END LOOP;
  FOR x IN SELECT y FROM jsonb_array_elements(p) y WHERE found[(y->>'i')::integer + 1] IS NULL LOOP
    found[(x->>'i')::integer + 1] := sluice.op_end_turn(x, x)::json;
  END LOOP;
  RETURN '[' || array_to_string(found, ',') || ']';
END $$;

CREATE OR REPLACE FUNCTION sluice.op_settle_rows(p jsonb) RETURNS void LANGUAGE plpgsql ${PLANNED} AS $$
DECLARE x jsonb; v_left text[];
BEGIN
  -- One after another, in one order, so that two settlers never wait for each other.
  PERFORM 1 FROM sluice.outbox WHERE id IN (SELECT y->>'id' FROM jsonb_array_elements(p) y) ORDER BY id FOR NO KEY UPDATE;
  WITH c AS (SELECT * FROM jsonb_to_recordset(p) AS y (id text, state text, now bigint, "platformId" text)
  ), sent AS (
    UPDATE sluice.outbox o SET state = 'sent', open = 0, settled_at = c.now, error = NULL, platform_id = coalesce(c."platformId", o.platform_id)
    FROM c WHERE c.state = 'sent' AND o.id = c.id AND o.chunks = 1 AND o.state <> 'sent' RETURNING o.id, o.message, o.kind, c.now
  ), events AS (
    INSERT INTO sluice.events (message, name, at, detail)
    SELECT m.seq, 'sent', sent.now, json_build_object('kind', sent.kind)::text FROM sent JOIN sluice.messages m ON m.id = sent.message
  )
  SELECT array_agg(id) INTO v_left FROM c WHERE id NOT IN (SELECT id FROM sent);
  FOR x IN SELECT y FROM jsonb_array_elements(p) y WHERE y->>'id' = ANY (v_left) LOOP
    PERFORM sluice.op_settle_outbox(jsonb_build_array(x), (x->>'now')::bigint);
  END LOOP;
END $$;
`;
