import { get } from './api.js';
import { chatOf, shownSession, state, update } from './store.js';
import { openTranscript } from './transcript.js';

/** Conversations in the list; older ones are found by searching, or by their address. */
const LISTED = 200;

/** Reads the list of conversations and opens the shown one where it is another than before. */
export async function readSessions(anew = false) {
  const sessions = await list('');
  if (sessions !== undefined) {
    update((s) => {
      s.sessions = sessions;
    });
  }
  if (state.search.trim() !== '') await searchSessions();
  await openShown(anew);
}

/** Reads what the words in the search field find. */
export async function searchSessions() {
  const search = state.search.trim();
  const found = search === '' ? undefined : await list(`&search=${encodeURIComponent(search)}`);
  if (search !== state.search.trim()) return;
  update((s) => {
    s.found = found;
  });
}

/** Opens what the address names; `anew` reads it even if it is open. */
export async function openShown(anew = false) {
  const { route } = state;
  if (route.view !== 'chat') return;
  if (shownSession() === undefined) {
    const name = route.session ?? route.chat;
    const fits = (s) =>
      route.session === undefined
        ? !s.ended && chatOf(s.lane) === route.chat
        : s.id === route.session;
    const opened = (await list(`&search=${encodeURIComponent(name)}`))?.find(fits);
    if (route !== state.route) return;
    update((s) => {
      s.opened = opened;
    });
  }
  const session = shownSession()?.id ?? route.session;
  if (anew || session !== state.transcript.session) await openTranscript();
}

async function list(query) {
  const all = await get(`/api/sessions?limit=${LISTED}${query}`).catch(() => undefined);
  // Work in the background leaves a lane behind that nobody can go back to.
  return all?.filter((s) => !/:once:|:background:/.test(s.lane));
}
