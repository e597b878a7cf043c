import { get } from './api.js';
import { Banner } from './banner.js';
import { Chat } from './chat.js';
import { Login } from './login.js';
import { Operation } from './operation.js';
import { loadPending } from './outbox.js';
import { readRoute } from './route.js';
import { Sidebar } from './sidebar.js';
import { onChange, state, update } from './store.js';
import { connect, pause, resume } from './sync.js';
import { applyTheme } from './theme.js';
import { Trace } from './trace.js';
import { html, render, useEffect, useState } from './view.js';

/** How long a page in the background keeps its stream. */
const HIDDEN_MS = 60_000;

function App() {
  const [, draw] = useState(0);
  useEffect(() => onChange(() => draw((n) => n + 1)), []);
  const { login, route } = state;
  if (login.required && !login.in) return html`<${Login} onDone=${begin} />`;
  return html`
    <a class="skip" href="#main" onClick=${skip}>Skip to the conversation</a>
    <div class=${`shell${state.drawer ? ' drawer-open' : ''}`}>
      <${Sidebar} />
      <div class="scrim" onClick=${closeDrawer}></div>
      <main id="main" tabindex="-1">
        <${Banner} />
        ${route.view === 'operation' ? html`<${Operation} />` : html`<${Chat} />`}
      </main>
    </div>
    ${state.trace && html`<${Trace} key=${state.trace} id=${state.trace} />`}
    <div class="toast" role="status">${state.toast && html`<span>${state.toast}</span>`}</div>`;
}

function skip(event) {
  event.preventDefault();
  document.querySelector('#message')?.focus();
}

function closeDrawer() {
  update((s) => {
    s.drawer = false;
  });
}

async function begin() {
  const login = await get('/api/login').catch(() => state.login);
  update((s) => {
    s.login = login;
  });
  if (login.required && !login.in) return;
  readRoute();
  loadPending();
  connect();
}

let hiding;
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiding);
  if (document.hidden) hiding = setTimeout(pause, HIDDEN_MS);
  else if (state.login.in) resume();
});

addEventListener('keydown', (event) => {
  if (event.key === 'k' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    update((s) => {
      s.drawer = true;
    });
    requestAnimationFrame(() => document.querySelector('#search')?.focus());
  }
  if (event.key === 'Escape' && state.drawer) closeDrawer();
});

applyTheme();
render(html`<${App} />`, document.querySelector('#app'));
void begin();
