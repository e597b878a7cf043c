/** Sessions, instances, leases, orders, directives. */
export const RECORDS = `
CREATE OR REPLACE FUNCTION sluice.start_session(a jsonb, p_now bigint, p_stateless boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE v_id text := sluice.new_id('s', p_now);
BEGIN
  INSERT INTO sluice.sessions (id, lane, platform, account, chat, thread, stateless, created_at, last_at)
  VALUES (v_id, a->>'lane', a->>'platform', a->>'account', a->>'chat', a->>'thread', p_stateless, p_now, p_now);
  RETURN v_id;
END $$;

-- Newest first. Sessions of stateless requests are not listed: they hold nothing.
CREATE OR REPLACE FUNCTION sluice.op_sessions(f jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.last_at DESC, x.created_at DESC), '[]') FROM (
    SELECT * FROM sluice.sessions WHERE NOT stateless AND (f->>'lane' IS NULL OR lane = f->>'lane')
      AND (f->>'pattern' IS NULL OR title ILIKE f->>'pattern' OR chat ILIKE f->>'pattern' OR lane ILIKE f->>'pattern' OR id ILIKE f->>'pattern')
    ORDER BY last_minute DESC, last_at DESC, created_at DESC LIMIT (f->>'limit')::integer) x;
$$;
CREATE OR REPLACE FUNCTION sluice.op_session(p_id text) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT to_jsonb(s) FROM sluice.sessions s WHERE id = p_id;
$$;

-- What waits moves to the new session; a running turn, and one that was cut off, keep the session they began in.
CREATE OR REPLACE FUNCTION sluice.op_new_session(p_lane text, p_now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE l sluice.lanes := sluice.lane_lock(p_lane); s sluice.sessions; v_id text; n integer;
BEGIN
  IF l.key IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO s FROM sluice.sessions WHERE id = l.session;
  v_id := sluice.start_session(to_jsonb(s), p_now, false);
  UPDATE sluice.sessions SET ended_at = p_now WHERE id = s.id;
  UPDATE sluice.lanes SET session = v_id, machine = NULL WHERE key = l.key;
  UPDATE sluice.messages SET session = v_id WHERE lane = l.key AND listed = 'queued' AND turn IS NULL;
  GET DIAGNOSTICS n = ROW_COUNT;
  UPDATE sluice.sessions SET messages = messages + CASE WHEN id = v_id THEN n ELSE -n END WHERE id IN (v_id, s.id);
  RETURN sluice.op_session(v_id);
END $$;

-- Another agent can't use what the one before it saved: its state is forgotten with the change.
CREATE OR REPLACE FUNCTION sluice.op_update_session(p_id text, p jsonb) RETURNS void LANGUAGE sql AS $$
  UPDATE sluice.lanes l SET machine = NULL FROM sluice.sessions s
    WHERE s.id = p_id AND l.session = s.id AND p->>'agent' IS NOT NULL AND p->>'agent' IS DISTINCT FROM s.agent;
  UPDATE sluice.sessions SET title = coalesce(p->>'title', title),
    model = CASE WHEN p->>'agent' IS NOT NULL AND p->>'agent' IS DISTINCT FROM agent THEN nullif(p->>'model', '')
      ELSE nullif(coalesce(p->>'model', model), '') END,
    agent_state = CASE WHEN p->>'agent' IS NOT NULL AND p->>'agent' IS DISTINCT FROM agent THEN NULL ELSE agent_state END,
    agent = coalesce(p->>'agent', agent) WHERE id = p_id;
$$;

CREATE OR REPLACE FUNCTION sluice.op_transcript(p_id text, f jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.seq), '[]') FROM (SELECT * FROM sluice.transcript
    WHERE session = p_id AND (f->>'before' IS NULL OR seq < (f->>'before')::bigint) ORDER BY seq DESC LIMIT (f->>'limit')::integer) x;
$$;

-- Lives and leases run on this clock, and on no machine's.
CREATE OR REPLACE FUNCTION sluice.op_join(i jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sluice.instances (id, machine, generation, version, pid, started_at, until, draining, peer)
  VALUES (i->>'id', i->>'machine', (i->>'generation')::integer, i->>'version', (i->>'pid')::integer, (i->>'startedAt')::bigint,
    sluice.clock() + (i->>'lease')::bigint, (i->>'draining')::boolean, i->>'peer')
  ON CONFLICT (id) DO UPDATE SET until = excluded.until, draining = excluded.draining;
$$;
CREATE OR REPLACE FUNCTION sluice.op_renew(p_id text, p jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sluice.instances SET until = sluice.clock() + (p->>'lease')::bigint,
    draining = coalesce((p->>'draining')::boolean, draining) WHERE id = p_id;
  RETURN FOUND;
END $$;
CREATE OR REPLACE FUNCTION sluice.op_leave(p_id text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM sluice.instances WHERE id = p_id;
  DELETE FROM sluice.leases WHERE holder = p_id;
  DELETE FROM sluice.directives WHERE instance = p_id;
END $$;
CREATE OR REPLACE FUNCTION sluice.op_instances() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(i) - 'peer' ORDER BY generation, started_at), '[]') FROM sluice.instances i;
$$;
CREATE OR REPLACE FUNCTION sluice.op_peers() RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(jsonb_build_object('instance', id, 'machine', machine, 'peer', peer)), '[]') FROM sluice.instances;
$$;

-- Taking the row of a dead instance away waits for what it is writing now, and refuses what it writes later.
CREATE OR REPLACE FUNCTION sluice.op_adopt(d jsonb, p_now bigint) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_dead text[]; live text[]; t sluice.turns; r sluice.outbox; v_id text; turns jsonb := '[]'; sends jsonb := '[]'; l sluice.lanes;
BEGIN
  v_dead := ARRAY(SELECT id FROM sluice.instances WHERE CASE WHEN d ? 'allBut' THEN machine = d->>'machine' AND NOT (d->'allBut' ? id)
    ELSE until < sluice.clock() END ORDER BY id FOR UPDATE);
  FOREACH v_id IN ARRAY v_dead LOOP PERFORM sluice.op_leave(v_id); END LOOP;
  live := ARRAY(SELECT id FROM sluice.instances UNION SELECT jsonb_array_elements_text(coalesce(d->'allBut', '[]')));
  FOR t IN SELECT * FROM sluice.turns WHERE state = 'running' AND holder <> ALL (live) ORDER BY lane LOOP
    l := sluice.lane_lock(t.lane);
    UPDATE sluice.turns SET state = 'suspended', ended_at = p_now WHERE id = t.id AND state = 'running' AND fence = t.fence;
    CONTINUE WHEN NOT FOUND;
    UPDATE sluice.lanes SET turn = NULL WHERE key = t.lane AND turn = t.id;
    PERFORM sluice.requeue(t, 'adopted', p_now);
    turns := turns || jsonb_build_array(jsonb_build_object('turn', t.id, 'lane', t.lane, 'fence', t.fence));
  END LOOP;
  FOR r IN UPDATE sluice.outbox SET state = 'ambiguous', ambiguous = 1, holder = NULL, due_at = 0
    WHERE open = 1 AND state = 'sending' AND coalesce(holder, '') <> ALL (live) RETURNING * LOOP
    PERFORM sluice.add_event_by_id(r.message, 'send-ambiguous', p_now, '{"error":"cut off"}');
    sends := sends || jsonb_build_array(to_jsonb(r));
  END LOOP;
  RETURN jsonb_build_object('instances', to_jsonb(v_dead), 'turns', turns, 'ambiguous', sends, 'commands',
    (SELECT coalesce(jsonb_agg(to_jsonb(m) ORDER BY m.seq), '[]') FROM sluice.messages m
      WHERE listed = 'at-once' AND coalesce(holder, '') <> ALL (live)));
END $$;

-- A lease lasts as long as its holder's life: an instance that lapsed or is gone holds nothing.
CREATE OR REPLACE FUNCTION sluice.op_lease(p_name text, p_holder text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE v_holder text;
BEGIN
  INSERT INTO sluice.leases AS l (name, holder) VALUES (p_name, p_holder)
  ON CONFLICT (name) DO UPDATE SET holder = excluded.holder WHERE l.holder = excluded.holder OR NOT EXISTS
    (SELECT 1 FROM sluice.instances i WHERE i.id = l.holder AND i.until >= sluice.clock())
  RETURNING holder INTO v_holder;
  RETURN v_holder IS NOT NULL;
END $$;
CREATE OR REPLACE FUNCTION sluice.op_release(p_name text, p_holder text) RETURNS void LANGUAGE sql AS $$
  DELETE FROM sluice.leases WHERE name = p_name AND holder = p_holder;
$$;
CREATE OR REPLACE FUNCTION sluice.op_lease_holder(p_name text) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT holder FROM sluice.leases WHERE name = p_name;
$$;

-- An open order past its deadline is closed as timed out here: it must not stand in a new one's way.
CREATE OR REPLACE FUNCTION sluice.op_order(w jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE b text; c jsonb;
BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('sluice.orders'), hashtext(w->>'kind'));
  SELECT body INTO b FROM sluice.orders WHERE kind = w->>'kind' AND state = 'open';
  IF b IS NOT NULL THEN
    c := b::jsonb;
    IF (c->>'deadline')::bigint >= (w->>'createdAt')::bigint THEN RETURN jsonb_build_object('order', b, 'created', false); END IF;
    c := c || jsonb_build_object('state', 'timed-out', 'endedAt', (w->>'createdAt')::bigint);
    UPDATE sluice.orders SET state = 'timed-out', body = c::text WHERE id = c->>'id';
  END IF;
  INSERT INTO sluice.orders (id, kind, state, body) VALUES (w->>'id', w->>'kind', w->>'state', w::text);
  RETURN jsonb_build_object('order', w::text, 'created', true);
END $$;
-- An order that has ended stays as it ended.
CREATE OR REPLACE FUNCTION sluice.op_update_order(p_id text, p jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE b text;
BEGIN
  SELECT body INTO b FROM sluice.orders WHERE id = p_id FOR UPDATE;
  IF b IS NULL OR b::jsonb->>'state' <> 'open' THEN RETURN b; END IF;
  b := (b::jsonb || p)::text;
  UPDATE sluice.orders SET state = b::jsonb->>'state', body = b WHERE id = p_id;
  RETURN b;
END $$;
CREATE OR REPLACE FUNCTION sluice.op_orders(f jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(body::jsonb ORDER BY seq DESC), '[]') FROM (SELECT * FROM sluice.orders
    WHERE f->>'state' IS NULL OR state = f->>'state' ORDER BY seq DESC LIMIT (f->>'limit')::integer) x;
$$;

CREATE OR REPLACE FUNCTION sluice.op_direct(d jsonb) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sluice.directives (id, instance, turn, kind, payload, at)
  VALUES (d->>'id', d->>'to', d->>'turn', d->>'kind', d->>'payload', (d->>'now')::bigint) ON CONFLICT (id) DO NOTHING;
$$;
CREATE OR REPLACE FUNCTION sluice.op_take_directives(p_instance text) RETURNS jsonb LANGUAGE sql AS $$
  WITH taken AS (DELETE FROM sluice.directives WHERE instance = p_instance RETURNING *)
  SELECT coalesce(jsonb_agg(to_jsonb(taken) ORDER BY seq), '[]') FROM taken;
$$;
`;
