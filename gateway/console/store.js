/**
 * Everything the page knows. It is changed by `update` alone, which draws the page once per frame,
 * however many changes there are.
 *
 * - `turns`: running turns by id, and those that have ended until the transcript has their text.
 * - `asked`: messages of people that no transcript has yet, by id, with what they wait for.
 * - `over`: ids of the latest messages with an outcome: a list read before it still has them waiting.
 * - `steps`: of the latest turns that have ended, so that they stay where they were seen.
 * - `began`: when those turns began.
 * - `said`: the gateway's own words, by id.
 * - `pending`: messages that the gateway has not taken yet; they are in this browser's storage, too.
 */
export const state = {
  ready: false,
  login: { required: false, in: true },
  /** connecting, live, lost */
  connection: 'connecting',
  lostAt: 0,
  route: { view: 'chat', chat: '' },
  status: undefined,
  commands: [],
  sessions: [],
  /** What `search` finds, while there is one; the session at this address, where it is in neither. */
  search: '',
  found: undefined,
  opened: undefined,
  turns: new Map(),
  asked: new Map(),
  over: new Set(),
  said: new Map(),
  steps: new Map(),
  began: new Map(),
  pending: [],
  /** How many messages were sent from this page. */
  sent: 0,
  transcript: { session: undefined, entries: [], more: false, loading: false },
  dead: [],
  drawer: false,
  trace: undefined,
  toast: '',
};

const listeners = new Set();
let scheduled = false;

/** Changes the state and draws the page in the next frame. */
export function update(change) {
  change(state);
  if (scheduled) return;
  scheduled = true;
  // A page in the background gets no frames, and must know what happened when it is looked at.
  if (document.hidden) setTimeout(draw, 60);
  else requestAnimationFrame(draw);
}

/** Calls `listener` after every drawing-worthy change. Returns the way to stop. */
export function onChange(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function draw() {
  scheduled = false;
  for (const listener of listeners) listener();
}

/** The chat a lane belongs to, where it is one of this page's platform. */
export function chatOf(lane) {
  const [platform, , chat] = lane.split(':').map(decodeURIComponent);
  return platform === 'web' && !lane.includes(':once:') ? chat : undefined;
}

/** The session that is shown: the named one, or the latest of the chat. */
export function shownSession() {
  const { route, sessions, found, opened } = state;
  const known = [...sessions, ...(found ?? []), ...(opened ? [opened] : [])];
  if (route.session !== undefined) return known.find((s) => s.id === route.session);
  return known.find((s) => !s.ended && chatOf(s.lane) === route.chat);
}

/** Whether what happens on this lane is shown now. */
export function isShown(lane) {
  const { route } = state;
  if (route.view !== 'chat') return false;
  if (route.session === undefined) return chatOf(lane) === route.chat;
  const session = shownSession();
  return session !== undefined && session.lane === lane && !session.ended;
}

/** Says something for a moment. */
export function toast(text) {
  update((s) => {
    s.toast = text;
  });
  clearTimeout(toast.timer);
  toast.timer = setTimeout(
    () =>
      update((s) => {
        s.toast = '';
      }),
    6000,
  );
}

/** Does what a button asks; what goes wrong is said. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    toast(error.message);
    return undefined;
  }
}
