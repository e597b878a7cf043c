import { get } from './api.js';
import { shownSession, state, update } from './store.js';

const PAGE = 60;
/** Lines kept when somebody is at the end; older ones are read again when somebody goes up to them. */
const KEPT = 180;
/**
 * Lines that are drawn at one time. Who goes up further moves a window of them over what was read:
 * `transcript.from` is its beginning, absent while it reaches to the last line.
 */
const DRAWN = 360;

/** The window: its lines, whether there are earlier ones, and whether it reaches to the last. */
export function windowOf({ entries, from, more }) {
  const begin = from ?? Math.max(0, entries.length - DRAWN);
  return {
    begin,
    lines: entries.slice(begin, begin + DRAWN),
    more: more || begin > 0,
    toLast: from === undefined,
  };
}

let opening = 0;

/** Shows the session of the route from its end. */
export async function openTranscript() {
  const session = shownSession()?.id ?? state.route.session;
  const turn = ++opening;
  if (session !== state.transcript.session) {
    update((s) => {
      s.transcript = { session, entries: [], more: false, loading: session !== undefined };
    });
  }
  if (session === undefined) return;
  const entries = await read(session, '').catch(readLater);
  if (entries === undefined || turn !== opening) return;
  update((s) => {
    s.transcript = { session, entries, more: entries.length === PAGE, loading: false };
    settle(s, entries);
  });
}

/** Reads what is new at the end of the shown session. */
export async function refreshTranscript() {
  const session = shownSession()?.id ?? state.route.session;
  if (session === undefined || session !== state.transcript.session) return openTranscript();
  // What has ended before we ask is in the answer; what ends meanwhile may not be.
  const ended = new Set([...state.turns.values()].filter((t) => t.ended).map((t) => t.turn));
  const settled = new Set([...state.asked.values()].filter((m) => m.settled).map((m) => m.id));
  const latest = await read(session, '').catch(readLater);
  if (latest === undefined || session !== state.transcript.session) return;
  update((s) => {
    const known = s.transcript.entries;
    const first = latest[0]?.seq ?? 0;
    // A line never changes: those that are drawn already stay the same.
    const drawn = new Map(known.map((e) => [e.seq, e]));
    const read = latest.map((e) => drawn.get(e.seq) ?? e);
    const joins = known.length === 0 || known.at(-1).seq + 1 >= first;
    const entries = joins ? [...known.filter((e) => e.seq < first), ...read] : read;
    const more = joins && known.length > 0 ? s.transcript.more : latest.length === PAGE;
    const from = joins ? s.transcript.from : undefined;
    s.transcript = { ...s.transcript, entries, more, from, loading: false };
    for (const turn of ended) s.turns.delete(turn);
    for (const message of settled) s.asked.delete(message);
    settle(s, entries);
  });
}

/** Shows the lines before the first one drawn, reading them where they are not known. */
export async function readEarlier() {
  const { session, entries, more, loading } = state.transcript;
  const { begin } = windowOf(state.transcript);
  if (begin > 0) return moveTo(Math.max(0, begin - PAGE));
  if (!more || loading || entries.length === 0) return;
  update((s) => {
    s.transcript = { ...s.transcript, loading: true };
  });
  const earlier = await read(session, `&before=${entries[0].seq}`).catch(() => undefined);
  update((s) => {
    if (s.transcript.session !== session) return;
    const known = s.transcript.entries;
    const all = [...(earlier ?? []).filter((e) => e.seq < (known[0]?.seq ?? 0)), ...known];
    s.transcript = {
      ...s.transcript,
      entries: all,
      from: all.length > DRAWN ? 0 : undefined,
      more: earlier === undefined || earlier.length === PAGE,
      loading: false,
    };
  });
}

/** Shows the lines after the last one drawn. */
export function showLater() {
  moveTo(windowOf(state.transcript).begin + PAGE);
}

/** Goes back to the end, and lets go of what is far above it. */
export function showLatest() {
  const { entries, from } = state.transcript;
  if (from === undefined && entries.length <= KEPT + PAGE) return;
  update((s) => {
    const cut = entries.length > KEPT + PAGE;
    s.transcript = {
      ...s.transcript,
      entries: cut ? entries.slice(-KEPT) : entries,
      from: undefined,
      more: s.transcript.more || cut,
    };
  });
}

function moveTo(begin) {
  update((s) => {
    const last = begin + DRAWN >= s.transcript.entries.length;
    s.transcript = { ...s.transcript, from: last ? undefined : begin };
  });
}

/** What could not be read now is read when the gateway can be reached again. */
let again;
function readLater() {
  clearTimeout(again);
  again = setTimeout(refreshTranscript, 1000);
}

function read(session, more) {
  return get(`/api/sessions/${encodeURIComponent(session)}/transcript?limit=${PAGE}${more}`);
}

/** Takes away what the transcript now has. */
function settle(s, entries) {
  for (const entry of entries) {
    if (entry.message !== undefined && entry.role === 'user') s.asked.delete(entry.message);
    const turn = entry.turn === undefined ? undefined : s.turns.get(entry.turn);
    if (turn?.ended) s.turns.delete(entry.turn);
  }
}
