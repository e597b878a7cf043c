import { BURST_LIMIT } from '../../../core/burst.ts';

/**
 * Starting turns. A claimed turn goes back as rows, which `claimedOf` makes a turn of. How many photos are
 * one burst is decided by core/burst.ts alone: what waits is shown, and the claim comes again with a count.
 */
export const CLAIM = `
-- An instance that was declared dead while it slept has no row any more, and gets no turn.
CREATE OR REPLACE FUNCTION sluice.standing(p_holder text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM sluice.instances WHERE id = p_holder);
$$;

CREATE OR REPLACE FUNCTION sluice.claimed(p_turn text, p_messages sluice.messages[], p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE t sluice.turns; s sluice.sessions; m sluice.messages;
BEGIN
  SELECT * INTO t FROM sluice.turns WHERE id = p_turn;
  FOREACH m IN ARRAY p_messages LOOP
    IF m.state = 'running' THEN
      PERFORM sluice.add_event(m.seq, 'started', (p_how->>'now')::bigint,
        jsonb_build_object('turn', t.id, 'attempt', t.attempt, 'instance', p_how->>'holder')::text);
    END IF;
  END LOOP;
  SELECT * INTO s FROM sluice.sessions WHERE id = t.session;
  RETURN jsonb_build_object('turn', to_jsonb(t), 'agent', s.agent, 'model', s.model, 'agent_state', s.agent_state,
    'machine', (SELECT machine FROM sluice.lanes WHERE key = t.lane),
    'messages', (SELECT jsonb_agg(to_jsonb(x) ORDER BY x.seq) FROM unnest(p_messages) x),
    'steps', CASE WHEN t.attempt = 1 THEN '[]'::jsonb ELSE
      (SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.seq), '[]') FROM sluice.steps x WHERE x.turn = t.id) END,
    'opens', NOT EXISTS (SELECT 1 FROM sluice.transcript WHERE session = t.session));
END $$;

CREATE OR REPLACE FUNCTION sluice.write_turn(p_id text, p_lane text, p_fence bigint, p_messages sluice.messages[], p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO sluice.turns (id, lane, session, fence, holder, state, attempt, messages, first, started_at)
  VALUES (p_id, p_lane, p_messages[1].session, p_fence, p_how->>'holder', 'running', 1,
    (SELECT array_agg(x.seq ORDER BY x.seq) FROM unnest(p_messages) x), p_messages[1].id, (p_how->>'now')::bigint);
  RETURN sluice.claimed(p_id, p_messages, p_how);
END $$;

-- Takes the next turn of a lane whose row is locked: {} | {turn} | {burst, lane}. A burst is not decided here:
-- whoever claims is shown what waits and comes again with a count (claim_burst).
CREATE OR REPLACE FUNCTION sluice.claim_lane(l sluice.lanes, p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  h sluice.messages; t sluice.turns;
BEGIN
  IF l.key IS NULL OR l.turn IS NOT NULL OR l.head IS NULL THEN RETURN '{}'; END IF;
  IF l.machine IS NOT NULL AND sluice.is_elsewhere(l.machine, p_how->>'holder') THEN RETURN '{}'; END IF;
  SELECT * INTO h FROM sluice.messages WHERE seq = l.head;
  IF h.seq IS NULL THEN RETURN '{}'; END IF;
  IF h.turn IS NOT NULL THEN
    SELECT * INTO t FROM sluice.turns WHERE id = h.turn;
    IF t.id IS NOT NULL THEN RETURN jsonb_build_object('turn', sluice.take_up(l, t, p_how)); END IF;
  END IF;
  IF h.burst THEN RETURN jsonb_build_object('lane', l.key, 'burst', sluice.waiting_of(l.key)); END IF;
  RETURN jsonb_build_object('turn', sluice.start_turn(l, ARRAY[h.seq], p_how));
END $$;

CREATE OR REPLACE FUNCTION sluice.waiting_of(p_lane text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.seq), '[]') FROM (SELECT * FROM sluice.messages
    WHERE lane = p_lane AND listed = 'queued' AND turn IS NULL ORDER BY seq LIMIT ${BURST_LIMIT + 1}) x;
$$;

-- Starts a new turn of messages that are the head of their lane's queue.
CREATE OR REPLACE FUNCTION sluice.start_turn(l sluice.lanes, p_seqs bigint[], p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_id text := sluice.new_id('t', (p_how->>'now')::bigint); n integer := l.waiting - cardinality(p_seqs); ms sluice.messages[];
BEGIN
  UPDATE sluice.messages SET state = 'running', turn = v_id WHERE seq = ANY (p_seqs);
  ms := ARRAY(SELECT x FROM sluice.messages x WHERE x.seq = ANY (p_seqs) ORDER BY x.seq);
  UPDATE sluice.lanes SET turn = v_id, fence = fence + 1, waiting = n,
    head = CASE WHEN n <= 0 THEN NULL ELSE sluice.lane_head(l.key) END WHERE key = l.key;
  RETURN sluice.write_turn(v_id, l.key, l.fence + 1, ms, p_how);
END $$;

-- Starts the burst that was decided on, if it is still the head of its lane's queue.
CREATE OR REPLACE FUNCTION sluice.op_claim_burst(p_lane text, p_seqs bigint[], p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE l sluice.lanes;
BEGIN
  IF NOT sluice.standing(p_how->>'holder') THEN RETURN '{}'; END IF;
  l := sluice.lane_lock(p_lane);
  IF l.turn IS NOT NULL OR l.head IS DISTINCT FROM p_seqs[1] OR cardinality(p_seqs) <>
    (SELECT count(*) FROM sluice.messages WHERE seq = ANY (p_seqs) AND state = 'queued' AND turn IS NULL) THEN
    RETURN sluice.claim_lane(l, p_how);
  END IF;
  RETURN jsonb_build_object('turn', sluice.start_turn(l, p_seqs, p_how));
END $$;

-- Takes up a turn that a restart or a crash cut off: the same messages, one attempt more.
CREATE OR REPLACE FUNCTION sluice.take_up(l sluice.lanes, t sluice.turns, p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE n integer; v_left integer; ms sluice.messages[];
BEGIN
  UPDATE sluice.messages SET state = 'running' WHERE lane = l.key AND listed = 'queued' AND turn = t.id;
  GET DIAGNOSTICS n = ROW_COUNT;
  v_left := l.waiting - n;
  UPDATE sluice.lanes SET turn = t.id, fence = fence + 1, waiting = v_left,
    head = CASE WHEN v_left <= 0 THEN NULL ELSE sluice.lane_head(l.key) END WHERE key = l.key;
  UPDATE sluice.turns SET state = 'running', fence = l.fence + 1, attempt = t.attempt + 1, holder = p_how->>'holder',
    started_at = (p_how->>'now')::bigint, ended_at = NULL, error = NULL WHERE id = t.id;
  ms := ARRAY(SELECT x FROM sluice.messages x WHERE x.seq = ANY (t.messages)
    AND (x.state = 'running' OR x.outcome = 'steered') ORDER BY x.seq);
  RETURN sluice.claimed(t.id, ms, p_how);
END $$;

CREATE OR REPLACE FUNCTION sluice.op_claim(p_lane text, p_how jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
BEGIN
  IF NOT sluice.standing(p_how->>'holder') THEN RETURN '{}'; END IF;
  RETURN sluice.claim_lane(sluice.lane_lock(p_lane), p_how);
END $$;

CREATE OR REPLACE FUNCTION sluice.op_claim_any(p_how jsonb, p_limit integer) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_after bigint := -1; v_key text; v_head bigint; c jsonb; found jsonb := '[]';
BEGIN
  IF NOT sluice.standing(p_how->>'holder') THEN RETURN found; END IF;
  WHILE jsonb_array_length(found) < p_limit LOOP
    v_key := NULL;
    -- Whoever holds a lane's lock is about to take it: somebody else's work.
    SELECT key, head INTO v_key, v_head FROM sluice.lanes WHERE turn IS NULL AND head > v_after
      AND (machine IS NULL OR NOT sluice.is_elsewhere(machine, p_how->>'holder'))
      ORDER BY head LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED;
    EXIT WHEN v_key IS NULL;
    v_after := v_head;
    c := sluice.claim_lane(sluice.lane_lock(v_key), p_how);
    IF c <> '{}' THEN found := found || jsonb_build_array(c); END IF;
  END LOOP;
  RETURN found;
END $$;
`;
