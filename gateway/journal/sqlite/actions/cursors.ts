import type { JsonValue } from '../../../core/message.ts';
import { unjson } from '../../json.ts';
import type { Connection } from '../connection.ts';

export function cursor(c: Connection, name: string): JsonValue | undefined {
  const row = c.get<{ value: string }>('SELECT value FROM cursors WHERE name = ?', name);
  return unjson<JsonValue>(row?.value ?? null);
}

export function setCursor(c: Connection, name: string, value: JsonValue): void {
  if (value === null) {
    c.run('DELETE FROM cursors WHERE name = ?', name);
    return;
  }
  c.run(
    `INSERT INTO cursors (name, value) VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
    name,
    JSON.stringify(value),
  );
}
