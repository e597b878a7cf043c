/** Running turns: their steps, what their agents save, their end. Whatever carries an old fence is refused. */
export const TURNS = `
CREATE OR REPLACE FUNCTION sluice.running_row(t sluice.turns) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(t) || jsonb_build_object('draining', i.draining, 'generation', i.generation, 'machine', i.machine)
  FROM (SELECT 1) one LEFT JOIN sluice.instances i ON i.id = t.holder;
$$;
CREATE OR REPLACE FUNCTION sluice.running_turn(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT sluice.running_row(t) FROM sluice.turns t WHERE id = p_id AND state = 'running';
$$;
CREATE OR REPLACE FUNCTION sluice.op_running() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(sluice.running_row(t) ORDER BY t.started_at, t.messages[1]), '[]')
  FROM sluice.turns t WHERE t.state = 'running';
$$;

-- The turn that a reference names, if it runs still and under this fence; NULL: whoever holds it has been overtaken.
CREATE OR REPLACE FUNCTION sluice.held_turn(r jsonb) RETURNS sluice.turns LANGUAGE plpgsql AS $$
DECLARE t sluice.turns; l sluice.lanes;
BEGIN
  l := sluice.lane_lock(r->>'lane');
  SELECT * INTO t FROM sluice.turns WHERE id = r->>'turn' AND lane = r->>'lane'
    AND fence = (r->>'fence')::bigint AND state = 'running';
  RETURN t;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_step(r jsonb, s jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE t sluice.turns := sluice.held_turn(r);
BEGIN
  IF t.id IS NULL THEN RETURN false; END IF;
  INSERT INTO sluice.steps (turn, attempt, id, name, args_hash, state, started_at, ended_at)
  VALUES (t.id, (s->>'attempt')::integer, s->>'id', s->>'name', s->>'argsHash', s->>'state',
    (s->>'startedAt')::bigint, (s->>'endedAt')::bigint)
  ON CONFLICT (turn, attempt, id) DO UPDATE SET state = excluded.state, ended_at = excluded.ended_at;
  PERFORM sluice.add_event_by_id(t.first, 'step', coalesce((s->>'endedAt')::bigint, (s->>'startedAt')::bigint),
    jsonb_build_object('id', s->>'id', 'name', s->>'name', 'state', s->>'state', 'attempt', (s->>'attempt')::integer)::text);
  RETURN true;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_save_agent_state(r jsonb, p_state text, p_machine text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE t sluice.turns := sluice.held_turn(r);
BEGIN
  IF t.id IS NULL THEN RETURN false; END IF;
  UPDATE sluice.sessions SET agent_state = p_state WHERE id = t.session;
  UPDATE sluice.lanes SET machine = p_machine
    WHERE key = t.lane AND session = t.session AND machine IS DISTINCT FROM p_machine;
  RETURN true;
END $$;

-- Puts the messages of a turn that was cut off back to where they were in their lane's order.
CREATE OR REPLACE FUNCTION sluice.requeue(t sluice.turns, p_why text, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE v_seq bigint; v_first bigint; n integer := 0;
BEGIN
  FOREACH v_seq IN ARRAY t.messages LOOP
    UPDATE sluice.messages SET state = 'queued' WHERE seq = v_seq AND state = 'running';
    CONTINUE WHEN NOT FOUND;
    v_first := coalesce(v_first, v_seq); n := n + 1;
    PERFORM sluice.add_event(v_seq, p_why, p_now, jsonb_build_object('turn', t.id)::text);
  END LOOP;
  IF n > 0 THEN PERFORM sluice.lane_enqueue(t.lane, v_first, n); END IF;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_end_turn(r jsonb, e jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  t sluice.turns := sluice.held_turn(r);
  v_now bigint := (e->>'now')::bigint; v_outcome text; v_seq bigint; line jsonb; nth integer := 0; matched boolean; rows jsonb; c jsonb := '{}';
BEGIN
  IF t.id IS NULL THEN RETURN '{"accepted": false}'; END IF;
  UPDATE sluice.lanes SET turn = NULL WHERE key = t.lane;
  UPDATE sluice.turns SET state = e->>'end', ended_at = v_now, error = e->>'error' WHERE id = t.id;
  IF e->>'end' = 'suspended' THEN PERFORM sluice.requeue(t, 'suspended', v_now);
  ELSE
    v_outcome := coalesce(e->>'outcome', CASE e->>'end' WHEN 'failed' THEN 'dead' ELSE e->>'end' END);
    FOREACH v_seq IN ARRAY t.messages LOOP
      UPDATE sluice.messages SET state = 'done', outcome = v_outcome, done_at = v_now, error = e->>'error'
        WHERE seq = v_seq AND state = 'running';
      CONTINUE WHEN NOT FOUND;
      PERFORM sluice.add_event(v_seq, v_outcome, v_now, jsonb_strip_nulls(jsonb_build_object('turn', t.id, 'error', e->>'error',
        'reasoning', CASE WHEN v_outcome <> 'merged' THEN e->>'reasoning' END))::text);
      v_outcome := 'merged';
    END LOOP;
    -- Each user line belongs to its own message where there is one line for each; all others to the first.
    matched := cardinality(t.messages) > 1 AND cardinality(t.messages) =
      (SELECT count(*) FROM jsonb_array_elements(e->'transcript') x WHERE x->>'role' = 'user');
    FOR line IN SELECT * FROM jsonb_array_elements(e->'transcript') LOOP
      v_seq := NULL;
      IF matched AND line->>'role' = 'user' THEN nth := nth + 1; v_seq := t.messages[nth]; END IF;
      INSERT INTO sluice.transcript (session, turn, message, role, text, attachments, at)
      VALUES (t.session, t.id, CASE WHEN v_seq IS NULL THEN t.first ELSE (SELECT id FROM sluice.messages WHERE seq = v_seq) END,
        line->>'role', line->>'text', line->>'attachments', v_now);
    END LOOP;
    UPDATE sluice.sessions SET last_at = v_now,
      input_tokens = CASE WHEN e->'usage'->>'inputTokens' IS NULL THEN input_tokens ELSE coalesce(input_tokens, 0) + (e->'usage'->>'inputTokens')::bigint END,
      output_tokens = CASE WHEN e->'usage'->>'outputTokens' IS NULL THEN output_tokens ELSE coalesce(output_tokens, 0) + (e->'usage'->>'outputTokens')::bigint END,
      cost = CASE WHEN e->'usage'->>'cost' IS NULL THEN cost ELSE coalesce(cost, 0) + (e->'usage'->>'cost')::double precision END
      WHERE id = t.session;
  END IF;
  rows := sluice.insert_outbox(e->'outbound', v_now, e->>'sender', t.id);
  IF e ? 'claim' AND sluice.standing(e->'claim'->>'holder') THEN c := sluice.claim_lane(sluice.lane_lock(t.lane), e->'claim'); END IF;
  RETURN jsonb_build_object('accepted', true, 'outbox', rows) || c;
END $$;
`;
