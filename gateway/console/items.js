import { windowOf } from './transcript.js';

/**
 * What a conversation shows, in order: the transcript with the gateway's own words between its lines by
 * time, then what runs, then what waits, then what has not left this page. Each thing has one key for its
 * whole life, so a running answer becomes a line of the transcript without being drawn anew.
 */
export function itemsOf(state, isShown, chat) {
  const { transcript, said, turns, asked, pending, steps } = state;
  const { lines: shown, more, toLast } = windowOf(transcript);
  const lines = shown.map((entry) => ({
    kind: 'entry',
    key: keyOf(entry),
    at: entry.at,
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
  lines.sort((a, b) => a.at - b.at);
  // What runs and waits comes after the last line, which is not there.
  if (!toLast) return lines;

  const settledHere = new Set(transcript.entries.map((e) => `${e.role}:${e.turn}`));
  const now = [];
  for (const turn of turns.values()) {
    if (!isShown(turn.lane)) continue;
    for (const { id } of turn.asked) {
      const message = asked.get(id);
      if (message && message.text !== undefined && message.state !== 'queued') {
        now.push({ kind: 'asked', key: `message:${id}`, message });
      }
    }
    if (settledHere.has(`assistant:${turn.turn}`)) continue;
    now.push({ kind: 'turn', key: `assistant:${turn.turn}`, turn });
  }
  const running = new Set(now.filter((i) => i.kind === 'asked').map((i) => i.message.id));
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
