import { windowOf } from './transcript.js';

/**
 * What a conversation shows, in order: the transcript and what is being answered, with the gateway's own
 * words between them by time, then the running answers, what waits, and what has not left this page.
 * Each thing has one key for its whole life, so a running answer becomes a line of the transcript without
 * being drawn anew.
 */
export function itemsOf(state, isShown, chat) {
  const { transcript, said, turns, asked, pending, steps, began } = state;
  const { lines: shown, more, toLast } = windowOf(transcript);
  const lines = shown.map((entry) => ({
    kind: 'entry',
    key: keyOf(entry),
    // A person's line is written down when its answer is; what was said meanwhile comes after it.
    at: entry.role === 'user' ? (began.get(entry.turn) ?? entry.at) : entry.at,
    entry,
    steps: entry.role === 'assistant' ? steps.get(entry.turn) : undefined,
  }));
  const first = more ? (shown[0]?.at ?? 0) : 0;
  const last = toLast ? Infinity : (shown.at(-1)?.at ?? 0);
  for (const note of said.values()) {
    if (!isShown(note.lane.replace(/:background:.*$/, '')) || note.at < first || note.at > last)
      continue;
    lines.push({ kind: 'said', key: `said:${note.id}`, at: note.at, message: note });
  }
  const settledHere = new Set(transcript.entries.map((e) => `${e.role}:${e.turn}`));
  const now = [];
  // What runs and waits comes after the last line; a window further up has neither.
  for (const turn of toLast ? turns.values() : []) {
    if (!isShown(turn.lane)) continue;
    for (const { id } of turn.asked) {
      const message = asked.get(id);
      if (message && message.text !== undefined && message.state !== 'queued') {
        lines.push({ kind: 'asked', key: `message:${id}`, at: turn.startedAt, message });
      }
    }
    if (settledHere.has(`assistant:${turn.turn}`)) continue;
    now.push({ kind: 'turn', key: `assistant:${turn.turn}`, turn });
  }
  lines.sort((a, b) => a.at - b.at);
  if (!toLast) return lines;
  const running = new Set(lines.filter((i) => i.kind === 'asked').map((i) => i.message.id));
  const waiting = [...asked.values()]
    .filter((m) => isShown(m.lane) && !running.has(m.id) && m.text !== undefined)
    .sort((a, b) => a.at - b.at)
    .map((message) => ({ kind: 'asked', key: `message:${message.id}`, message }));
  const leaving = pending
    .filter((p) => p.chat === chat)
    .map((message) => ({ kind: 'pending', key: `pending:${message.clientId}`, message }));
  return [...lines, ...now, ...waiting, ...leaving];
}

function keyOf({ role, turn, message, seq }) {
  if (role === 'assistant') return turn === undefined ? `entry:${seq}` : `assistant:${turn}`;
  return message === undefined ? `entry:${seq}` : `message:${message}`;
}
