/**
 * Committing a message, and starting its turn in the same step where its lane is free.
 * Order of the questions: known already? an at-once command? may it start now? is there room to wait?
 */
export const ACCEPT = `
CREATE OR REPLACE FUNCTION sluice.op_accept(m jsonb, o jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  l sluice.lanes; k sluice.messages; x sluice.messages;
  v_now bigint := (o->>'now')::bigint;
  v_once boolean := (m->>'at_once')::boolean;
  v_claim jsonb := o->'claim';
  v_starts boolean; v_turn text; v_session text; r jsonb; c jsonb;
BEGIN
  l := sluice.lane_lock(m->>'lane');
  IF l.key IS NULL THEN
    v_session := sluice.start_session(m, v_now, (m->>'stateless')::boolean);
    INSERT INTO sluice.lanes (key, session) VALUES (m->>'lane', v_session) ON CONFLICT DO NOTHING;
    IF NOT FOUND THEN DELETE FROM sluice.sessions WHERE id = v_session; END IF;
    l := sluice.lane_lock(m->>'lane');
  END IF;
  SELECT * INTO k FROM sluice.messages
    WHERE platform = m->>'platform' AND account = m->>'account' AND update_id = m->>'update_id';
  IF k.seq IS NOT NULL THEN
    PERFORM sluice.add_event(k.seq, 'duplicate', v_now, NULL);
    PERFORM sluice.move_cursor(o);
    RETURN jsonb_build_object('status', 'duplicate', 'message', to_jsonb(k));
  END IF;
  IF v_claim IS NOT NULL AND NOT sluice.standing(v_claim->>'holder') THEN v_claim := NULL; END IF;
  v_starts := NOT v_once AND v_claim IS NOT NULL AND l.turn IS NULL AND l.head IS NULL AND NOT (m->>'burst')::boolean
    AND (l.machine IS NULL OR NOT sluice.is_elsewhere(l.machine, v_claim->>'holder'));
  IF NOT v_once AND NOT v_starts AND l.waiting >= (o->>'queueLimit')::integer THEN
    RETURN jsonb_build_object('status', 'full', 'queued', l.waiting);
  END IF;
  IF v_starts THEN v_turn := sluice.new_id('t', v_now); END IF;
  INSERT INTO sluice.messages (id, platform, account, update_id, chat, thread, lane, session, kind, at_once, burst,
    holder, state, turn, received_at, body_hash, direct, sender, extra, text)
  VALUES (m->>'id', m->>'platform', m->>'account', m->>'update_id', m->>'chat', m->>'thread', l.key, l.session, m->>'kind',
    v_once, (m->>'burst')::boolean, CASE WHEN v_once THEN coalesce(o->>'holder', o->'claim'->>'holder') END,
    CASE WHEN v_once OR v_starts THEN 'running' ELSE 'queued' END, v_turn, (m->>'received_at')::bigint,
    m->>'body_hash', (m->>'direct')::smallint, m->>'sender', m->>'extra', m->>'text')
  RETURNING * INTO x;
  IF x.kind <> 'command' THEN
    UPDATE sluice.sessions SET messages = messages + 1, last_at = v_now WHERE id = l.session;
  END IF;
  PERFORM sluice.add_event(x.seq, 'accepted', v_now, NULL);
  PERFORM sluice.move_cursor(o);
  r := jsonb_build_object('status', 'accepted', 'seq', x.seq, 'session', l.session, 'ahead', 0);
  IF l.turn IS NOT NULL THEN r := r || jsonb_build_object('running', sluice.running_turn(l.turn)); END IF;
  IF v_once THEN
    PERFORM sluice.add_event(x.seq, 'started', v_now, NULL);
    RETURN r;
  END IF;
  IF v_starts THEN
    UPDATE sluice.lanes SET turn = v_turn, fence = fence + 1 WHERE key = l.key;
    RETURN r || jsonb_build_object('turn', sluice.write_turn(v_turn, l.key, l.fence + 1, ARRAY[x], v_claim));
  END IF;
  PERFORM sluice.lane_enqueue(l.key, x.seq, 1);
  PERFORM sluice.add_event(x.seq, 'queued', v_now, jsonb_build_object('ahead', l.waiting)::text);
  r := r || jsonb_build_object('ahead', l.waiting);
  IF v_claim IS NULL THEN RETURN r; END IF;
  c := sluice.claim_lane(sluice.lane_lock(l.key), v_claim);
  RETURN r || c;
END $$;

-- A cursor belongs to whoever receives; one that was declared dead moves none.
CREATE OR REPLACE FUNCTION sluice.move_cursor(o jsonb) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF o ? 'cursor' THEN PERFORM sluice.op_set_cursor(o->'cursor'->>'name', o->'cursor'->>'value'); END IF;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_set_cursor(p_name text, p_value text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_value IS NULL THEN DELETE FROM sluice.cursors WHERE name = p_name; RETURN; END IF;
  INSERT INTO sluice.cursors (name, value) VALUES (p_name, p_value) ON CONFLICT (name) DO UPDATE SET value = excluded.value;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_cursor(p_name text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT value FROM sluice.cursors WHERE name = p_name;
$$;
`;
