import { LONGEST_WAIT } from '../../../core/outbox.ts';

/** What is to be sent. Rows keep their order within a lane: none is handed out while an older one is not settled. */
export const OUTBOX = `
CREATE OR REPLACE FUNCTION sluice.op_owes(p_lane text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT EXISTS (SELECT 1 FROM sluice.outbox WHERE lane = p_lane AND open = 1);
$$;

CREATE OR REPLACE FUNCTION sluice.insert_outbox(p_rows jsonb, p_now bigint, p_sender text, p_turn text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE r jsonb; w sluice.outbox; at_once boolean; sending jsonb := '[]';
BEGIN
  FOR r IN SELECT * FROM jsonb_array_elements(p_rows) LOOP
    at_once := p_sender IS NOT NULL AND NOT sluice.op_owes(r->>'lane');
    INSERT INTO sluice.outbox (id, platform, account, chat, thread, lane, kind, chunk, chunks, message, turn, state, open,
      ambiguous, attempts, holder, due_at, created_at, expires_at, platform_id, context, text)
    VALUES (r->>'id', r->>'platform', r->>'account', r->>'chat', r->>'thread', r->>'lane', r->>'kind', (r->>'chunk')::integer,
      (r->>'chunks')::integer, r->>'message', p_turn, CASE WHEN at_once THEN 'sending' ELSE 'prepared' END, 1, 0,
      CASE WHEN at_once THEN 1 ELSE 0 END, CASE WHEN at_once THEN p_sender END, 0, p_now, (r->>'expires_at')::bigint,
      r->>'platform_id', r->>'context', r->>'text')
    ON CONFLICT (id) DO NOTHING RETURNING * INTO w;
    IF FOUND AND at_once THEN sending := sending || jsonb_build_array(to_jsonb(w)); END IF;
  END LOOP;
  RETURN sending;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_prepare(p_rows jsonb, p_now bigint) RETURNS void LANGUAGE sql AS $$
  SELECT sluice.insert_outbox(p_rows, p_now, NULL, NULL);
$$;

-- Only the holder of the account's send lease is handed rows: one that lost it meanwhile sends nothing more.
CREATE OR REPLACE FUNCTION sluice.op_claim_outbox(o jsonb) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE v_now bigint := (o->>'now')::bigint; found jsonb;
BEGIN
  WITH due AS (
    SELECT seq FROM sluice.outbox o2
    WHERE platform = o->>'platform' AND account = o->>'account' AND open = 1 AND state <> 'sending'
      AND (due_at <= v_now OR due_at > v_now + ${LONGEST_WAIT}) AND expires_at > v_now
      AND NOT EXISTS (SELECT 1 FROM sluice.outbox p WHERE p.lane = o2.lane AND p.open = 1 AND p.seq < o2.seq)
    ORDER BY seq LIMIT (o->>'limit')::integer FOR NO KEY UPDATE SKIP LOCKED
  ), taken AS (
    UPDATE sluice.outbox x SET state = 'sending', holder = o->>'holder', attempts = attempts + 1
    FROM due WHERE x.seq = due.seq RETURNING x.*
  ) SELECT coalesce(jsonb_agg(to_jsonb(taken) ORDER BY seq), '[]') INTO found FROM taken;
  RETURN found;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_placeholder(p_id text, p_platform_id text) RETURNS void LANGUAGE sql AS $$
  UPDATE sluice.outbox SET platform_id = p_platform_id WHERE id = p_id;
$$;

CREATE OR REPLACE FUNCTION sluice.op_expire_outbox(p_now bigint) RETURNS integer LANGUAGE plpgsql AS $$
DECLARE r record; n integer := 0;
BEGIN
  FOR r IN UPDATE sluice.outbox SET state = 'expired', open = 0, settled_at = p_now
    WHERE open = 1 AND state <> 'sending' AND expires_at <= p_now RETURNING seq, message LOOP
    n := n + 1;
    PERFORM sluice.add_event_by_id(r.message, 'send-failed', p_now, '{"error":"expired"}');
  END LOOP;
  RETURN n;
END $$;

CREATE OR REPLACE FUNCTION sluice.op_outbox(f jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
  SELECT coalesce(jsonb_agg(to_jsonb(x) ORDER BY x.seq), '[]') FROM (SELECT * FROM sluice.outbox
    WHERE (f->>'message' IS NULL OR message = f->>'message') AND (f->>'state' IS NULL OR state = f->>'state')
    ORDER BY seq LIMIT (f->>'limit')::integer) x;
$$;

-- What is known for certain wins: 'sent' is taken from whoever says so, 'failed' for any row that is still open, and
-- the two that only put a row back, while it is being sent.
CREATE OR REPLACE FUNCTION sluice.op_settle_outbox(p_results jsonb, p_now bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE e jsonb; r sluice.outbox;
BEGIN
  FOR e IN SELECT x FROM jsonb_array_elements(p_results) x ORDER BY x->>'id' LOOP
    SELECT * INTO r FROM sluice.outbox WHERE id = e->>'id' FOR NO KEY UPDATE;
    CONTINUE WHEN NOT FOUND OR r.state = 'sent';
    IF e->>'state' = 'sent' THEN
      UPDATE sluice.outbox SET state = 'sent', open = 0, settled_at = p_now, error = NULL,
        platform_id = coalesce(e->>'platformId', platform_id) WHERE seq = r.seq;
      IF r.message IS NOT NULL AND (r.chunks = 1 OR NOT EXISTS (SELECT 1 FROM sluice.outbox WHERE message = r.message
        AND kind = r.kind AND turn IS NOT DISTINCT FROM r.turn AND state <> 'sent')) THEN
        PERFORM sluice.add_event_by_id(r.message, 'sent', p_now, jsonb_build_object('kind', r.kind)::text);
      END IF;
    ELSIF e->>'state' = 'failed' AND r.state IN ('sending', 'prepared', 'ambiguous') THEN
      UPDATE sluice.outbox SET state = 'failed', open = 0, settled_at = p_now, error = e->>'error' WHERE seq = r.seq;
      PERFORM sluice.add_event_by_id(r.message, 'send-failed', p_now, jsonb_build_object('error', e->>'error')::text);
    ELSIF e->>'state' IN ('prepared', 'ambiguous') AND r.state = 'sending' THEN
      UPDATE sluice.outbox SET state = e->>'state', ambiguous = greatest(ambiguous, CASE e->>'state' WHEN 'ambiguous' THEN 1 ELSE 0 END),
        due_at = (e->>'retryAt')::bigint, error = e->>'error', holder = NULL WHERE seq = r.seq;
      IF e->>'state' = 'ambiguous' THEN
        PERFORM sluice.add_event_by_id(r.message, 'send-ambiguous', p_now, jsonb_build_object('error', e->>'error')::text);
      END IF;
    END IF;
  END LOOP;
END $$;
`;
