import { post } from './api.js';
import { randomId } from './route.js';
import { state, update } from './store.js';

/**
 * Messages on their way to the gateway. Each has an id of ours and lies in this browser's storage until
 * the gateway says that its journal has it; sent again under the same id it is taken once.
 *
 *     waiting ─▶ sending ─▶ (accepted: gone from here)
 *        ▲          │
 *        └─ no ─────┴─▶ refused     (will be refused again: a person decides)
 */
const PREFIX = 'sluice.pending.';
let busy = false;
let timer;
let wait = 0;

export function loadPending() {
  const items = Object.keys(localStorage)
    .filter((key) => key.startsWith(PREFIX))
    .map((key) => JSON.parse(localStorage.getItem(key)))
    .sort((a, b) => a.at - b.at);
  update((s) => {
    s.pending = items;
  });
  flushPending();
}

export function sendMessage(chat, text) {
  const item = { clientId: randomId(), chat, text, at: Date.now(), state: 'waiting' };
  localStorage.setItem(PREFIX + item.clientId, JSON.stringify(item));
  update((s) => {
    s.pending = [...s.pending, item];
    s.sent++;
  });
  flushPending();
}

export function dropPending(clientId) {
  localStorage.removeItem(PREFIX + clientId);
  update((s) => {
    s.pending = s.pending.filter((p) => p.clientId !== clientId);
  });
}

export function retryPending(clientId) {
  mark(clientId, { state: 'waiting', error: undefined });
  flushPending();
}

/** The journal has it: from here on it is shown as what the gateway says it is, in every tab. */
export function taken(s, updateId) {
  if (!updateId?.startsWith('page:')) return;
  const clientId = updateId.slice('page:'.length);
  localStorage.removeItem(PREFIX + clientId);
  s.pending = s.pending.filter((p) => p.clientId !== clientId);
}

/** Sends what waits, in order, one after the other. A conversation that is full holds up no other one. */
export async function flushPending() {
  if (busy) return;
  clearTimeout(timer);
  busy = true;
  const full = new Set();
  try {
    for (;;) {
      const next = state.pending.find((p) => p.state !== 'refused' && !full.has(p.chat));
      if (next === undefined) return;
      const became = await sendOne(next);
      if (became === 'full') full.add(next.chat);
      else if (became === 'waits') return;
    }
  } finally {
    busy = false;
  }
}

/** What became of it: done (taken, or refused for good), full (its conversation is), waits. */
async function sendOne({ clientId, chat, text, at }) {
  mark(clientId, { state: 'sending' });
  try {
    const { id, lane, duplicate } = await post('/api/messages', { clientId, chat, text });
    wait = 0;
    update((s) => {
      const eventCame = !s.pending.some((p) => p.clientId === clientId);
      taken(s, `page:${clientId}`);
      // A page that has read everything anew meanwhile may know it already, even as over.
      const over = s.transcript.entries.some((e) => e.message === id);
      const said = [...s.said.values()].some((x) => x.message === id);
      if (!eventCame && !duplicate && !over && !said && !s.asked.has(id)) {
        s.asked.set(id, { id, lane, text, who: 'You', at, state: 'queued' });
      }
    });
    return 'done';
  } catch (error) {
    if (error.status === 401) {
      mark(clientId, { state: 'waiting', error: 'Waiting for you to log in.' });
      update((s) => {
        s.login = { required: true, in: false };
      });
      return 'waits';
    }
    const final = error.status >= 400 && error.status < 500 && ![408, 429].includes(error.status);
    if (final) {
      mark(clientId, { state: 'refused', error: error.message });
      return 'done';
    }
    wait = error.retryAfter ? error.retryAfter * 1000 : Math.min(10_000, wait * 2 || 700);
    mark(clientId, {
      state: 'waiting',
      error: error.status === 0 ? 'Waiting for the connection.' : error.message,
    });
    clearTimeout(timer);
    timer = setTimeout(flushPending, wait);
    return error.code === 'queue_full' ? 'full' : 'waits';
  }
}

function mark(clientId, change) {
  update((s) => {
    s.pending = s.pending.map((p) => (p.clientId === clientId ? { ...p, ...change } : p));
  });
}

addEventListener('online', () => {
  wait = 0;
  void flushPending();
});
