import { Composer } from './composer.js';
import { itemsOf } from './items.js';
import { Line } from './lines.js';
import { titleOf } from './sidebar.js';
import { chatOf, isShown, shownSession, state, update } from './store.js';
import { readEarlier, trimTranscript } from './transcript.js';
import { Used } from './usage.js';
import { html, Icon, useEffect, useLayoutEffect, useRef, useState } from './view.js';

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
    <${Lines} key=${chat ?? route.session} items=${items} empty=${ready && items.length === 0 && !state.transcript.loading} chat=${chat} />
    ${own ? html`<${Composer} key=${chat} chat=${chat} />` : ready && html`<p class="closed">${closedReason(session)}</p>`}`;
}

function closedReason(session) {
  if (session === undefined) return 'There is no such conversation.';
  if (session.ended) return 'This conversation has ended; a newer one took its place.';
  return 'This conversation takes place elsewhere; it can be read here.';
}

function Lines({ items, empty, chat }) {
  const box = useRef();
  const atEnd = useRef(true);
  const height = useRef({ full: 0, first: undefined });
  const top = useRef(0);
  const sent = useRef(state.sent);
  const [away, setAway] = useState(false);
  const { transcript } = state;

  useLayoutEffect(() => {
    const el = box.current;
    const first = transcript.entries[0]?.seq;
    const before = height.current;
    // Who sends something wants to see what becomes of it.
    if (state.sent !== sent.current) toEnd();
    sent.current = state.sent;
    if (atEnd.current) el.scrollTop = el.scrollHeight;
    // Older lines came in above: what is looked at stays where it is.
    else if (before.first !== undefined && first < before.first)
      el.scrollTop += el.scrollHeight - before.full;
    height.current = { full: el.scrollHeight, first };
  });

  useEffect(() => {
    const el = box.current;
    // Fonts, opened steps and the keyboard change heights without a drawing of ours.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) el.scrollTop = el.scrollHeight;
    });
    watch.observe(el);
    watch.observe(el.firstElementChild);
    return () => watch.disconnect();
  }, []);

  const onScroll = () => {
    const el = box.current;
    // Only a person goes up; lines that are laid out late make the place taller below.
    const up = el.scrollTop < top.current;
    top.current = el.scrollTop;
    const near = el.scrollHeight - el.scrollTop - el.clientHeight < 60;
    const end = near || (atEnd.current && !up);
    if (end !== atEnd.current) {
      atEnd.current = end;
      setAway(!end);
      if (end) trimTranscript();
    }
    if (el.scrollTop < 600 && transcript.more && !end) void readEarlier();
  };
  const toEnd = () => {
    atEnd.current = true;
    setAway(false);
    box.current.scrollTo({ top: box.current.scrollHeight });
  };
  const running = items.some((i) => i.kind === 'turn' && !i.turn.ended);
  return html`<div class="lines-place">
    <div class="lines" ref=${box} onScroll=${onScroll} tabindex="0" role="region" aria-label="Messages">
      <div class="column" role="log" aria-live="off" aria-busy=${running}>
        ${transcript.more && html`<button type="button" class="quiet earlier" onClick=${readEarlier}>Earlier messages</button>`}
        ${empty && html`<${Welcome} chat=${chat} />`}
        ${items.map((item) => html`<${Line} key=${item.key} kind=${item.kind} entry=${item.entry} turn=${item.turn} message=${item.message} steps=${item.steps} />`)}
      </div>
    </div>
    ${away && html`<button type="button" class="to-end" onClick=${toEnd}><${Icon} name="down" size=${16} />Latest</button>`}
    <div class="sr" role="status">${running ? 'An answer is being written.' : items.length > 0 ? 'No answer is running.' : ''}</div>
  </div>`;
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
