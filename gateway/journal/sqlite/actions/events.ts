import type { EventName, JsonValue, MessageEvent } from '../../../core/message.ts';
import { json, unjson } from '../../json.ts';
import type { Connection } from '../connection.ts';

/** Adds a line to a message's trace. `message` is its seq. */
export function addEvent(
  c: Connection,
  message: number,
  name: EventName,
  at: number,
  detail?: JsonValue,
): void {
  c.run(
    'INSERT INTO events (message, name, at, detail) VALUES (?, ?, ?, ?)',
    message,
    name,
    at,
    json(detail),
  );
}

/** As `addEvent`, for callers that know a message by its id. Nothing happens when there is none. */
export function addEventById(
  c: Connection,
  id: string,
  name: EventName,
  at: number,
  detail?: JsonValue,
): void {
  c.run(
    'INSERT INTO events (message, name, at, detail) SELECT seq, ?, ?, ? FROM messages WHERE id = ?',
    name,
    at,
    json(detail),
    id,
  );
}

export function trace(c: Connection, id: string): MessageEvent[] {
  return c
    .all<{ name: EventName; at: number; detail: string | null }>(
      `SELECT e.name, e.at, e.detail FROM events e JOIN messages m ON m.seq = e.message
       WHERE m.id = ? ORDER BY e.seq`,
      id,
    )
    .map(({ name, at, detail }) => {
      const value = unjson<JsonValue>(detail);
      return { message: id, name, at, ...(value !== undefined && { detail: value }) };
    });
}
