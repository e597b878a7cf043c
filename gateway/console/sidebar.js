import { del, patch } from './api.js';
import { linkOf, newChat } from './route.js';
import { readSessions, searchSessions } from './sessions.js';
import { attempt, shownSession, state, update } from './store.js';
import { nextTheme, theme } from './theme.js';
import { html, Icon, moment, plain, useRef, useState } from './view.js';

const THEMES = { system: 'as the system', light: 'light', dark: 'dark' };

/** Conversations: search, open, rename; and the way to the operation view. */
export function Sidebar() {
  const [look, setLook] = useState(theme());
  const search = useRef();
  const { route, status, login } = state;
  const sessions = state.found ?? state.sessions;
  const onSearch = (event) => {
    update((s) => {
      s.search = event.target.value;
    });
    clearTimeout(search.current);
    search.current = setTimeout(searchSessions, 150);
  };
  const shown = route.view === 'chat' ? shownSession()?.id : undefined;
  return html`<aside class="sidebar" aria-label="Conversations">
    <div class="brand"><img src="/console/logo.svg" alt="" width="26" height="26" /><strong>Sluice</strong></div>
    <a class="new" href=${`#/c/${newChat()}`}><${Icon} name="plus" />New conversation</a>
    <div class="search"><${Icon} name="search" size=${16} />
      <input id="search" type="search" placeholder="Search" aria-label="Search conversations" value=${state.search} onInput=${onSearch} /></div>
    <nav aria-label="Conversations"><ul class="sessions">
      ${sessions.map((s) => html`<${Session} key=${s.id} session=${s} current=${s.id === shown} />`)}
      ${sessions.length === 0 && html`<li class="none">${state.search ? 'Nothing found.' : state.ready ? 'Nothing said yet.' : ''}</li>`}
    </ul></nav>
    <div class="foot">
      <a href="#/operation" class=${route.view === 'operation' ? 'current' : ''} aria-current=${route.view === 'operation' ? 'page' : undefined}>
        <${Icon} name="gauge" />Operation<span class=${`dot ${healthOf(status)}`} title=${status?.state ?? 'unknown'}></span></a>
      <button type="button" class="icon-button" aria-label=${`Colours: ${THEMES[look]}. Change`} title=${`Colours: ${THEMES[look]}`} onClick=${() => setLook(nextTheme())}><${Icon} name="theme" /></button>
      ${login.required && html`<button type="button" class="icon-button" aria-label="Log out" title="Log out" onClick=${logOut}><${Icon} name="out" /></button>`}
    </div>
  </aside>`;
}

function Session({ session, current }) {
  const [renaming, setRenaming] = useState(false);
  const title = titleOf(session);
  if (renaming) {
    const save = async (value) => {
      setRenaming(false);
      if (value.trim() === '' || value.trim() === title) return;
      await attempt(() =>
        patch(`/api/sessions/${encodeURIComponent(session.id)}`, { title: value }),
      );
      await readSessions();
    };
    return html`<li><input class="rename" aria-label="New name" value=${title} maxlength="200"
      ref=${selectOnce}
      onBlur=${(e) => save(e.target.value)}
      onKeyDown=${(e) => {
        if (e.key === 'Enter') save(e.target.value);
        if (e.key === 'Escape') setRenaming(false);
      }} /></li>`;
  }
  return html`<li class=${current ? 'current' : ''}>
    <a href=${linkOf(session)} aria-current=${current ? 'page' : undefined}>
      <span class="title" dir="auto">${title}</span>
      <span class="meta">${originOf(session)}${session.ended ? 'ended · ' : ''}${moment(session.lastAt)}</span>
    </a>
    <button type="button" class="icon-button" aria-label=${`Rename ${title}`} title="Rename" onClick=${() => setRenaming(true)}><${Icon} name="pencil" size=${15} /></button>
  </li>`;
}

/** Puts the cursor into a field when it appears, not each time it is drawn. */
function selectOnce(input) {
  if (input === null || input.dataset.seen) return;
  input.dataset.seen = 'yes';
  input.focus();
  input.select();
}

export function titleOf(session) {
  const [, , chat] = (session?.lane ?? '').split(':').map(decodeURIComponent);
  const named = chat?.startsWith('api:') ? chat.slice(4) : '';
  return plain(session?.title ?? named).trim() || 'Conversation';
}

function originOf({ lane }) {
  const [platform, , chat] = lane.split(':').map(decodeURIComponent);
  if (platform !== 'web') return `${platform} · `;
  return chat?.startsWith('api:') ? 'API · ' : '';
}

function healthOf(status) {
  if (state.connection === 'lost') return 'lost';
  if (status === undefined) return '';
  return status.ready ? 'good' : 'busy';
}

async function logOut() {
  await attempt(() => del('/api/login'));
  location.reload();
}
