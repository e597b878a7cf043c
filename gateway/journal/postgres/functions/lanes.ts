/**
 * Lanes: found and locked, filled, emptied.
 *
 * `lane_lock` is the first statement of whatever reads a lane's head. The statement after it has a new
 * snapshot (READ COMMITTED, each statement of a PL/pgSQL function), which sees what the lock's last holder
 * wrote. In one statement the snapshot would be from before the wait, and would hand out finished work.
 */
export const LANES = `
CREATE OR REPLACE FUNCTION sluice.lane_lock(p_key text) RETURNS sluice.lanes LANGUAGE plpgsql AS $$
DECLARE l sluice.lanes;
BEGIN
  SELECT * INTO l FROM sluice.lanes WHERE key = p_key FOR NO KEY UPDATE;
  RETURN l;
END $$;

-- Its agent keeps something on another machine, which lives and goes on taking turns.
CREATE OR REPLACE FUNCTION sluice.is_elsewhere(p_machine text, p_holder text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT p_machine IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sluice.instances WHERE id = p_holder AND machine = p_machine)
    AND EXISTS (SELECT 1 FROM sluice.instances WHERE machine = p_machine AND NOT draining AND until >= sluice.clock());
$$;

CREATE OR REPLACE FUNCTION sluice.lane_enqueue(p_key text, p_seq bigint, p_count integer) RETURNS void LANGUAGE sql AS $$
  UPDATE sluice.lanes SET waiting = waiting + p_count, head = least(coalesce(head, p_seq), p_seq) WHERE key = p_key;
$$;

CREATE OR REPLACE FUNCTION sluice.lane_head(p_key text) RETURNS bigint LANGUAGE sql STABLE AS $$
  SELECT seq FROM sluice.messages WHERE lane = p_key AND listed = 'queued' ORDER BY seq LIMIT 1;
$$;

CREATE OR REPLACE FUNCTION sluice.lane_dequeue(p_key text, p_count integer) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  UPDATE sluice.lanes SET waiting = waiting - p_count, head = sluice.lane_head(p_key) WHERE key = p_key;
END $$;

-- A line of a message's trace; p_message is its seq.
CREATE OR REPLACE FUNCTION sluice.add_event(p_message bigint, p_name text, p_at bigint, p_detail text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sluice.events (message, name, at, detail) VALUES (p_message, p_name, p_at, p_detail);
$$;

CREATE OR REPLACE FUNCTION sluice.add_event_by_id(p_id text, p_name text, p_at bigint, p_detail text) RETURNS void LANGUAGE sql AS $$
  INSERT INTO sluice.events (message, name, at, detail) SELECT seq, p_name, p_at, p_detail FROM sluice.messages WHERE id = p_id;
$$;

-- A new id: a letter, the time, random bits. Ids made one after another sort together.
CREATE OR REPLACE FUNCTION sluice.new_id(p_prefix text, p_now bigint) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT p_prefix || lpad(to_hex(greatest(p_now, 0)), 11, '0') || substr(replace(gen_random_uuid()::text, '-', ''), 1, 20);
$$;
`;
