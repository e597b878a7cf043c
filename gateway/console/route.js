import { openShown } from './sessions.js';
import { state, update } from './store.js';

const LAST = 'sluice.chat';

/** The address bar: `#/c/CHAT`, `#/s/SESSION`, `#/operation`. */
export function readRoute() {
  const [, kind, id] = location.hash.split('/').map((part) => decodeURIComponent(part));
  if (kind === 'operation') return go({ view: 'operation' });
  if (kind === 's' && id) return go({ view: 'chat', session: id });
  if (kind === 'c' && /^[\w.-]{1,80}$/.test(id ?? '')) {
    localStorage.setItem(LAST, id);
    return go({ view: 'chat', chat: id });
  }
  // A page opened without an address goes on where this browser was.
  location.replace(`#/c/${localStorage.getItem(LAST) ?? newChat()}`);
}

/** A name for a conversation that nobody has yet. */
export function newChat() {
  return `c-${crypto.randomUUID ? crypto.randomUUID() : randomId()}`;
}

/** Letters and digits that nobody else has. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((b) => b.toString(16).padStart(2, '0')).join('');
}

function go(route) {
  update((s) => {
    s.route = route;
    s.drawer = false;
  });
  if (route.view === 'chat') void openShown(true);
}

addEventListener('hashchange', readRoute);

/** Where a session is shown. */
export function linkOf(session) {
  const [platform, , chat] = session.lane.split(':').map(decodeURIComponent);
  const own = platform === 'web' && !session.ended && /^[\w.-]{1,80}$/.test(chat ?? '');
  return own ? `#/c/${chat}` : `#/s/${encodeURIComponent(session.id)}`;
}

export const shown = () => state.route;
