import { get } from './api.js';
import { flushPending } from './outbox.js';
import { apply } from './progress.js';
import { readSessions } from './sessions.js';
import { shownSession, state, update } from './store.js';
import { refreshTranscript } from './transcript.js';

/**
 * The connection to the gateway.
 *
 * Events are followed from where a snapshot was made; after a break they go on after the last one that
 * was seen. Where that is not possible (another process, or too long away) the gateway says `resync`
 * and everything is read anew.
 */
let source;
let lastId = '';
let backoff = 0;
let retry;
let lost;
/** When something was last heard, and how often something is. */
let heardAt = 0;
let beatMs = 15_000;
/** Events that come while a snapshot is read; they are applied on top of it. */
let held;

const TYPES = [
  'accepted',
  'started',
  'text',
  'thought',
  'plan',
  'step',
  'asked',
  'answered',
  'ended',
  'settled',
  'notice',
  'session',
  'said',
];

export function connect() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(`/api/events${lastId === '' ? '' : `?last=${lastId}`}`);
  const mine = source;
  heardAt = Date.now();
  for (const type of TYPES) {
    source.addEventListener(type, (event) => {
      heard(event);
      const data = JSON.parse(event.data);
      if (held !== undefined) held.push([type, data]);
      else apply(type, data, after);
    });
  }
  source.addEventListener('beat', heard);
  source.addEventListener('status', (event) => {
    heard(event);
    later('status', 100, readStatus);
  });
  source.addEventListener('hello', (event) => arrived(event, !state.ready));
  source.addEventListener('resync', (event) => arrived(event, true));
  source.addEventListener('moved', () => {
    // Another process takes over; it has other events.
    mine.close();
    connect();
  });
  source.onerror = () => {
    if (mine !== source) return;
    markLost();
    if (mine.readyState !== EventSource.CLOSED) return;
    backoff = Math.min(10_000, backoff * 2 || 500);
    retry = setTimeout(reconnect, backoff);
  };
}

/** Ends the stream of a page nobody looks at: a browser has few connections for all its tabs. */
export function pause() {
  clearTimeout(retry);
  clearTimeout(lost);
  source?.close();
  source = undefined;
}

export function resume() {
  if (source === undefined || source.readyState === EventSource.CLOSED) connect();
}

async function reconnect() {
  const login = await get('/api/login').catch(() => undefined);
  if (login !== undefined) {
    update((s) => {
      s.login = login;
    });
    if (!login.in) return;
  }
  connect();
}

function heard(event) {
  heardAt = Date.now();
  if (event.lastEventId !== '') lastId = event.lastEventId;
}

// A connection can die without a word: a phone that changed networks, a machine that slept.
setInterval(() => {
  if (source === undefined || Date.now() - heardAt < 2 * beatMs + 5000) return;
  markLost();
  connect();
}, 2000);
addEventListener('offline', () => {
  markLost();
  source?.close();
});
addEventListener('online', () => {
  if (source !== undefined) connect();
});

function arrived(event, anew) {
  backoff = 0;
  clearTimeout(lost);
  lost = undefined;
  heard(event);
  beatMs = JSON.parse(event.data).beatMs ?? beatMs;
  update((s) => {
    s.connection = 'live';
  });
  if (anew) void readEverything();
  else later('status', 50, readStatus);
  flushPending();
}

function markLost() {
  // A hand-over is over before anybody needs to be told.
  lost ??= setTimeout(() => {
    update((s) => {
      if (s.connection !== 'lost') s.lostAt = Date.now();
      s.connection = 'lost';
    });
  }, 1500);
}

async function readEverything() {
  held ??= [];
  try {
    const snapshot = await get('/api/snapshot');
    const since = held;
    held = undefined;
    update((s) => {
      s.status = snapshot.status;
      s.commands = snapshot.commands;
      s.turns = new Map(snapshot.live.map((t) => [t.turn, t]));
      s.asked = askedOf(snapshot);
      s.said = new Map(snapshot.said.map((said) => [said.id, said]));
    });
    for (const [type, data] of since ?? []) apply(type, data, after);
    await readSessions(true);
    update((s) => {
      s.ready = true;
    });
  } catch (error) {
    if (error.status === 401) void reconnect();
    else retry = setTimeout(readEverything, 1000);
  }
}

/** Messages that wait, and those in a turn, as one list. */
function askedOf({ queue, live }) {
  const asked = new Map(queue.map((m) => [m.id, { ...m, at: m.receivedAt, state: 'queued' }]));
  for (const turn of live) {
    for (const { id, text } of turn.asked) {
      asked.set(id, {
        id,
        lane: turn.lane,
        text,
        at: turn.startedAt,
        state: 'running',
        turn: turn.turn,
      });
    }
  }
  return asked;
}

async function readStatus() {
  const [status, queue] = await Promise.all([get('/api/status'), get('/api/queue')]).catch(
    () => [],
  );
  if (status === undefined) return;
  // The gateway takes messages again, sooner than it had said.
  if (status.ready && state.status?.ready === false) flushPending();
  update((s) => {
    s.status = status;
    for (const m of queue) {
      if (!s.asked.has(m.id) && !s.over.has(m.id))
        s.asked.set(m.id, { ...m, at: m.receivedAt, state: 'queued' });
    }
  });
}

/** What an event makes out of date, read once for many events. */
const after = {
  /** A message was done with: one that met a full queue may fit now. */
  room: () => later('room', 50, flushPending),
  sessions: () => later('sessions', 400, readSessions),
  status: () => later('status', 100, readStatus),
  transcript: () =>
    later('transcript', 30, async () => {
      // The first words of a conversation make its session: this page has not heard of it yet.
      if (state.route.session === undefined && shownSession() === undefined) await readSessions();
      await refreshTranscript();
    }),
  session: () => later('session', 30, readSessions),
};

const timers = new Map();
function later(what, ms, work) {
  if (timers.has(what)) return;
  timers.set(
    what,
    setTimeout(() => {
      timers.delete(what);
      void Promise.resolve(work()).catch(() => {});
    }, ms),
  );
}
