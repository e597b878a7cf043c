/**
 * What is true in a journal at every moment, as questions for the rows that say otherwise. Both engines
 * understand them; `IN` stands for the schema of PostgreSQL, and for nothing in SQLite.
 */
export const INVARIANTS: readonly { readonly rule: string; readonly sql: string }[] = [
  {
    rule: 'a lane counts the messages that wait in it, and knows the first',
    sql: `SELECT l.key AS at FROM IN.lanes l LEFT JOIN (SELECT lane, count(*) AS n, min(seq) AS first
      FROM IN.messages WHERE state = 'queued' GROUP BY lane) q ON q.lane = l.key
      WHERE l.waiting <> coalesce(q.n, 0) OR coalesce(l.head, 0) <> coalesce(q.first, 0)`,
  },
  {
    rule: 'a message that waits has a lane',
    sql: `SELECT id AS at FROM IN.messages WHERE state = 'queued' AND lane NOT IN (SELECT key FROM IN.lanes)`,
  },
  {
    rule: 'a lane and the turn that runs in it name each other',
    sql: `SELECT l.key AS at FROM IN.lanes l LEFT JOIN IN.turns t ON t.id = l.turn
      WHERE l.turn IS NOT NULL AND (t.id IS NULL OR t.state <> 'running' OR t.lane <> l.key)
      UNION ALL SELECT t.id FROM IN.turns t LEFT JOIN IN.lanes l ON l.key = t.lane
      WHERE t.state = 'running' AND (l.turn IS NULL OR l.turn <> t.id)`,
  },
  {
    rule: 'a message has an outcome once it is done, and none before',
    sql: `SELECT id AS at FROM IN.messages WHERE (state = 'done') <> (outcome IS NOT NULL)`,
  },
  {
    rule: 'a row to be sent is open until it is settled',
    sql: `SELECT id AS at FROM IN.outbox WHERE (open = 1) <> (state IN ('prepared', 'sending', 'ambiguous'))`,
  },
  {
    rule: 'what happened belongs to a message',
    sql: `SELECT 'seq ' || e.seq AS at FROM IN.events e LEFT JOIN IN.messages m ON m.seq = e.message WHERE m.seq IS NULL`,
  },
  {
    rule: 'a lane has a session',
    sql: 'SELECT l.key AS at FROM IN.lanes l LEFT JOIN IN.sessions s ON s.id = l.session WHERE s.id IS NULL',
  },
];

/** The first rows that break a rule. */
export const breachSql = (sql: string, schema: string): string =>
  `SELECT at FROM (${sql.replaceAll('IN.', schema === '' ? '' : `${schema}.`)}) broken LIMIT 3`;
