import { Composer } from './composer.js';
import { itemsOf } from './items.js';
import { LineBox } from './lineBox.js';
import { titleOf } from './sidebar.js';
import { chatOf, isShown, shownSession, state, update } from './store.js';
import { Used } from './usage.js';
import { html, Icon } from './view.js';

/** What a newcomer may try; the last only where the demonstration agent answers. */
const EXAMPLES = ['What can you do?', '/help'];
const DEMO_EXAMPLE = '/busy 20';

/** One conversation: its lines, what runs, what waits, and the place to write. */
export function Chat() {
  const session = shownSession();
  const { route, ready } = state;
  const own =
    route.session === undefined ||
    (session !== undefined && !session.ended && /^[\w.-]{1,80}$/.test(chatOf(session.lane) ?? ''));
  const chat = route.chat ?? (own && session ? chatOf(session.lane) : undefined);
  const items = itemsOf(state, (lane) => isShown(lane), chat);
  return html`<header class="top">
      <button type="button" class="icon-button menu" aria-label="Show conversations" onClick=${openDrawer}><${Icon} name="menu" /></button>
      <h1 dir="auto">${session ? titleOf(session) : 'New conversation'}</h1>
      <${Used} session=${session} />
    </header>
    <${LineBox} key=${chat ?? route.session} items=${items} empty=${ready && items.length === 0 && !state.transcript.loading && html`<${Welcome} chat=${chat} />`} />
    ${own ? html`<${Composer} key=${chat} chat=${chat} />` : ready && html`<p class="closed">${closedReason(session)}</p>`}`;
}

function closedReason(session) {
  if (session === undefined) return 'There is no such conversation.';
  if (session.ended) return 'This conversation has ended; a newer one took its place.';
  return 'This conversation takes place elsewhere; it can be read here.';
}

function Welcome({ chat }) {
  const put = (text) => {
    const input = document.querySelector('#message');
    if (!input) return;
    input.value = text;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    input.focus();
  };
  if (chat === undefined) return null;
  const demo = state.status?.agents.some((a) => a.isDefault && a.type === 'demo');
  const examples = demo ? [...EXAMPLES, DEMO_EXAMPLE] : EXAMPLES;
  return html`<div class="welcome">
    <img src="/console/logo.svg" alt="" width="44" height="44" />
    <h2>What shall we do?</h2>
    <p>Write below. You can close this page, or restart the gateway: what you sent is answered.</p>
    <div class="examples">${examples.map((text) => html`<button type="button" onClick=${() => put(text)}>${text}</button>`)}</div>
  </div>`;
}

function openDrawer() {
  update((s) => {
    s.drawer = true;
  });
}
