/**
 * One round trip: many calls in one transaction, in steps (`Step` of steps.ts). `p_self` is the instance that
 * makes them. It holds its own row while it writes: whoever declares it dead waits for that,
 * and refuses what it writes later. (KEY SHARE: its own renewal goes on beside.)
 *
 * `p_batch` names the transaction, and its results are kept under that name until the next one (`p_done`).
 * A client whose connection broke asks for them (`op_outcome`): either they are there, or the name is taken
 * by the question, and the transaction, should it still be on its way, can never commit.
 */
export const RUN = `
CREATE OR REPLACE FUNCTION sluice.run(p_self text, p_batch text, p_done text, p_calls jsonb) RETURNS text LANGUAGE plpgsql AS $$
DECLARE c jsonb; a jsonb; r jsonb; results text := ''; v_set text; v_lanes text[]; v_alive boolean := true;
BEGIN
  IF p_self IS NOT NULL THEN
    PERFORM 1 FROM sluice.instances WHERE id = p_self FOR KEY SHARE;
    v_alive := FOUND;
  END IF;
  -- In one order, so that two batches never wait for each other.
  v_lanes := ARRAY(SELECT jsonb_array_elements_text(p_calls->'lanes'));
  IF cardinality(v_lanes) > 0 THEN
    PERFORM 1 FROM sluice.lanes WHERE key = ANY (v_lanes) ORDER BY key FOR NO KEY UPDATE;
  END IF;
  FOR c IN SELECT * FROM jsonb_array_elements(p_calls->'steps') LOOP
    a := c->'args';
    IF results <> '' THEN results := results || ','; END IF;
    IF NOT v_alive AND c ? 'fenced' THEN
      results := results || '{"void": true}';
      CONTINUE;
    END IF;
    v_set := NULL;
    CASE c->>'op'
      WHEN 'accepts' THEN v_set := sluice.op_accepts(a);
      WHEN 'endTurns' THEN v_set := sluice.op_end_turns(a);
      WHEN 'settleRows' THEN PERFORM sluice.op_settle_rows(a); r := NULL;
      WHEN 'claimOutbox' THEN r := sluice.op_claim_outbox(a->0);
      WHEN 'step' THEN r := to_jsonb(sluice.op_step(a->0, a->1));
      WHEN 'claim' THEN r := sluice.op_claim(a->>0, a->1);
      WHEN 'claimBurst' THEN r := sluice.op_claim_burst(a->>0, ARRAY(SELECT jsonb_array_elements_text(a->1)::bigint), a->2);
      WHEN 'claimAny' THEN r := sluice.op_claim_any(a->0, (a->>1)::integer);
      WHEN 'settle' THEN r := to_jsonb(sluice.op_settle(a->>0, a->>1, a->2));
      WHEN 'message' THEN r := sluice.op_message(a->>0);
      WHEN 'trace' THEN r := sluice.op_trace(a->>0);
      WHEN 'replyOf' THEN r := sluice.op_reply_of(a->>0);
      WHEN 'queued' THEN r := sluice.op_queued(a->0);
      WHEN 'counts' THEN r := sluice.op_counts();
      WHEN 'saveAgentState' THEN r := to_jsonb(sluice.op_save_agent_state(a->0, a->>1, a->>2));
      WHEN 'running' THEN r := sluice.op_running();
      WHEN 'prepare' THEN PERFORM sluice.op_prepare(a->0, (a->>1)::bigint); r := NULL;
      WHEN 'placeholder' THEN PERFORM sluice.op_placeholder(a->>0, a->>1); r := NULL;
      WHEN 'expireOutbox' THEN r := to_jsonb(sluice.op_expire_outbox((a->>0)::bigint));
      WHEN 'owes' THEN r := to_jsonb(sluice.op_owes(a->>0));
      WHEN 'outbox' THEN r := sluice.op_outbox(a->0);
      WHEN 'sessions' THEN r := sluice.op_sessions(a->0);
      WHEN 'session' THEN r := sluice.op_session(a->>0);
      WHEN 'newSession' THEN r := sluice.op_new_session(a->>0, (a->>1)::bigint);
      WHEN 'updateSession' THEN PERFORM sluice.op_update_session(a->>0, a->1); r := NULL;
      WHEN 'transcript' THEN r := sluice.op_transcript(a->>0, a->1);
      WHEN 'join' THEN PERFORM sluice.op_join(a->0); r := NULL;
      WHEN 'renew' THEN r := to_jsonb(sluice.op_renew(a->>0, a->1));
      WHEN 'leave' THEN PERFORM sluice.op_leave(a->>0); r := NULL;
      WHEN 'instances' THEN r := sluice.op_instances();
      WHEN 'peers' THEN r := sluice.op_peers();
      WHEN 'adopt' THEN r := sluice.op_adopt(a->0, (a->>1)::bigint);
      WHEN 'lease' THEN r := to_jsonb(sluice.op_lease(a->>0, a->>1));
      WHEN 'release' THEN PERFORM sluice.op_release(a->>0, a->>1); r := NULL;
      WHEN 'leaseHolder' THEN r := to_jsonb(sluice.op_lease_holder(a->>0));
      WHEN 'cursor' THEN r := to_jsonb(sluice.op_cursor(a->>0));
      WHEN 'setCursor' THEN PERFORM sluice.op_set_cursor(a->>0, a->>1); r := NULL;
      WHEN 'order' THEN r := sluice.op_order(a->0);
      WHEN 'updateOrder' THEN r := to_jsonb(sluice.op_update_order(a->>0, a->1));
      WHEN 'orders' THEN r := sluice.op_orders(a->0);
      WHEN 'direct' THEN PERFORM sluice.op_direct(a->0); r := NULL;
      WHEN 'takeDirectives' THEN r := sluice.op_take_directives(a->>0);
      WHEN 'deadLetters' THEN r := sluice.op_dead_letters((a->>0)::integer);
      WHEN 'deadLetter' THEN r := sluice.op_dead_letter(a->>0);
      WHEN 'retryDead' THEN r := to_jsonb(sluice.op_retry_dead(a->>0, (a->>1)::bigint));
      WHEN 'dropDead' THEN r := to_jsonb(sluice.op_drop_dead(a->>0, (a->>1)::bigint));
      WHEN 'forget' THEN r := sluice.op_forget(a->0);
    END CASE;
    results := results || '{"value":' || coalesce(v_set, r::text, 'null') || '}';
  END LOOP;
  results := '[' || results || ']';
  IF p_batch IS NOT NULL THEN
    DELETE FROM sluice.batches WHERE id = p_done;
    INSERT INTO sluice.batches (id, results, at) VALUES (p_batch, results, sluice.clock());
  END IF;
  RETURN results;
END $$;

-- The results of a batch, or NULL: it was not committed, and never will be. Waits for one that is on its way.
CREATE OR REPLACE FUNCTION sluice.op_outcome(p_batch text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found_results text;
BEGIN
  INSERT INTO sluice.batches (id, at) VALUES (p_batch, sluice.clock()) ON CONFLICT (id) DO NOTHING;
  SELECT results INTO found_results FROM sluice.batches WHERE id = p_batch;
  RETURN found_results;
END $$;
`;
