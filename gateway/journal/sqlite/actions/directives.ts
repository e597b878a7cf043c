import type { JsonValue } from '../../../core/message.ts';
import type { Directive, NewDirective } from '../../journal.ts';
import { json, unjson } from '../../json.ts';
import type { Connection } from '../connection.ts';

export function direct(c: Connection, directive: NewDirective): void {
  c.run(
    `INSERT INTO directives (id, instance, turn, kind, payload, at) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
    directive.id,
    directive.to,
    directive.turn,
    directive.kind,
    json(directive.payload),
    directive.now,
  );
}

export function takeDirectives(c: Connection, instance: string): Directive[] {
  const rows = c.all<{
    id: string;
    instance: string;
    turn: string;
    kind: Directive['kind'];
    payload: string | null;
  }>('SELECT * FROM directives WHERE instance = ? ORDER BY seq', instance);
  if (rows.length > 0) c.run('DELETE FROM directives WHERE instance = ?', instance);
  return rows.map(({ id, instance: to, turn, kind, payload }) => {
    const value = unjson<JsonValue>(payload);
    return { id, to, turn, kind, ...(value !== undefined && { payload: value }) };
  });
}
