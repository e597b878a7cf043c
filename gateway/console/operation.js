import { del, get, post } from './api.js';
import { Since } from './banner.js';
import { Orders } from './orders.js';
import { attempt, chatOf, state, update } from './store.js';
import { duration, html, Icon, moment, plain, useEffect } from './view.js';

const STATES = {
  running: 'Running',
  draining: 'Draining',
  starting: 'Starting',
  stopped: 'Stopped',
};

/** What the gateway does now, and the few things one may order it. */
export function Operation() {
  const { status } = state;
  useEffect(() => {
    const read = () => {
      if (document.hidden || state.connection !== 'live') return;
      get('/api/status').then(
        (now) => update((s) => Object.assign(s, { status: now })),
        () => {},
      );
      readDead();
    };
    read();
    const timer = setInterval(read, 2000);
    return () => clearInterval(timer);
  }, []);
  return html`<header class="top">
      <button type="button" class="icon-button menu" aria-label="Show conversations" onClick=${openDrawer}><${Icon} name="menu" /></button>
      <h1>Operation</h1></header>
    <div class="operation" tabindex="0" role="region" aria-label="Operation"><div class="column">
      ${status && html`<${Head} status=${status} /><${Orders} status=${status} /><${Turns} status=${status} /><${Waiting} /><${Platforms} status=${status} /><${Dead} />`}
    </div></div>`;
}

function readDead() {
  get('/api/dead').then(
    (dead) =>
      update((s) => {
        s.dead = dead;
      }),
    () => {},
  );
}

function Head({ status }) {
  const stale = state.connection === 'lost';
  return html`<section class="card head" aria-label="State">
    <p class="big"><span class=${`dot ${stale ? 'lost' : status.ready ? 'good' : 'busy'}`}></span>${stale ? 'Unknown' : wordOf(status)}</p>
    ${stale && html`<p class="reason">No connection; this is what was last known.</p>`}
    ${!stale && status.reasons.map((r) => html`<p class="reason">${r}</p>`)}
    <dl><div><dt>Up for</dt><dd><${Since} at=${status.startedAt} /></dd></div>
      <div><dt>Answering</dt><dd>${status.activeTurns}</dd></div>
      <div><dt>Waiting</dt><dd>${status.queued}</dd></div>
      <div><dt>Process</dt><dd>${status.generation}. <span class="id">${status.instance.slice(-8)}</span></dd></div>
      <div><dt>Version</dt><dd>${status.version}${old(status)}</dd></div></dl>
  </section>`;
}

function wordOf({ state: now, drain }) {
  return drain?.state === 'open' && now === 'draining' ? 'Paused' : (STATES[now] ?? now);
}

/** The parent process may be older than what it starts. */
function old({ version, supervisorVersion: own }) {
  if (own === undefined || own === version) return '';
  return html` <span class="dim">(its supervisor is still ${own}: <code>sluice restart --full</code>)</span>`;
}

function Turns({ status }) {
  return html`<section class="card" aria-labelledby="op-turns"><h2 id="op-turns">Running now</h2>
    ${status.turns.length === 0 && html`<p class="none">Nothing runs in this process.</p>`}
    <ul class="rows">${status.turns.map(
      (
        t,
      ) => html`<li key=${t.turn}><div><strong dir="auto">${plain(t.who)}</strong> <span class="dim">on ${t.platform}${t.background ? ', in the background' : ''}</span>
        <div class="dim">${t.waitingFor ? 'Waiting for the person' : (t.step ?? 'Working')} · <${Since} at=${t.startedAt} />${t.attempt > 1 ? ` · attempt ${t.attempt}` : ''} · last sign of life ${duration(status.at - t.lastProgressAt)} ago</div></div>
        <div class="acts">${see(t)}<${Detail} id=${t.message} /><button type="button" class="stop" onClick=${() => attempt(() => post(`/api/turns/${encodeURIComponent(t.turn)}/stop`))}><${Icon} name="stop" size=${14} />Cut off</button></div></li>`,
    )}</ul>
    <ul class="rows">${elsewhere(status).map(
      (
        t,
      ) => html`<li key=${t.turn}><div><strong dir="auto">${plain((t.asked[0]?.text ?? state.asked.get(t.asked[0]?.id)?.text ?? 'An answer').slice(0, 80))}</strong>
        <div class="dim">In another process · <${Since} at=${t.startedAt} /></div></div>
        <div class="acts">${see(t)}<button type="button" class="stop" onClick=${() => attempt(() => post(`/api/turns/${encodeURIComponent(t.turn)}/stop`))}><${Icon} name="stop" size=${14} />Cut off</button></div></li>`,
    )}</ul>
    ${status.others.map((o) => html`<p class="none">Process ${o.generation} is leaving: ${o.turns === 0 ? 'nothing runs in it' : `${o.turns} running in it`}.</p>`)}
  </section>`;
}

/** Turns whose progress is heard though they are not this process's. */
function elsewhere(status) {
  const here = new Set(status.turns.map((t) => t.turn));
  return [...state.turns.values()].filter((t) => !t.ended && !here.has(t.turn));
}

function see({ lane, session }) {
  const chat = chatOf(lane);
  return html`<a class="link" href=${chat && /^[\w.-]+$/.test(chat) ? `#/c/${chat}` : `#/s/${encodeURIComponent(session)}`}>Look</a>`;
}

function Waiting() {
  const waiting = [...state.asked.values()]
    .filter((m) => m.state === 'queued')
    .sort((a, b) => a.at - b.at);
  return html`<section class="card" aria-labelledby="op-queue"><h2 id="op-queue">Waiting</h2>
    ${waiting.length === 0 && html`<p class="none">Nothing waits.</p>`}
    <ul class="rows">${waiting.slice(0, 50).map(
      (
        m,
      ) => html`<li key=${m.id}><div><span class="cut" dir="auto">${plain(m.text ?? '').slice(0, 160)}</span>
        <div class="dim">${m.who ? `${plain(m.who)} · ` : ''}<${Since} at=${m.at} /></div></div>
        <div class="acts"><${Detail} id=${m.id} /><button type="button" class="link" onClick=${() => attempt(() => del(`/api/messages/${encodeURIComponent(m.id)}`))}>Remove</button></div></li>`,
    )}</ul>
    ${waiting.length > 50 && html`<p class="none">and ${waiting.length - 50} more</p>`}</section>`;
}

function Detail({ id }) {
  const open = () =>
    update((s) => {
      s.trace = id;
    });
  return html`<button type="button" class="link" onClick=${open}>Details</button>`;
}

const LIVE = { live: 'good', starting: 'busy', retrying: 'busy', failed: 'lost', stopped: '' };

function Platforms({ status }) {
  return html`<section class="card" aria-labelledby="op-platforms"><h2 id="op-platforms">Platforms</h2>
    <ul class="rows">${status.platforms.map(
      (
        p,
      ) => html`<li><div><span class=${`dot ${LIVE[p.state] ?? ''}`}></span><strong>${p.platform}</strong>${p.account === 'default' ? '' : ` ${p.account}`} <span class="dim">${p.state}</span>
        <div class="dim">${p.where ?? ''}${p.heardAt ? ` · heard of ${duration(status.at - p.heardAt)} ago` : ''}</div>${p.reason && html`<div class="error">${p.reason}</div>`}</div></li>`,
    )}</ul></section>`;
}

function Dead() {
  const { dead } = state;
  const act = (work) =>
    attempt(async () => {
      await work();
      readDead();
    });
  return html`<section class="card" aria-labelledby="op-dead"><h2 id="op-dead">Not answered or delivered</h2>
    ${dead.length === 0 && html`<p class="none">Nothing. Messages that could not be answered, and replies that could not be delivered, are kept here.</p>`}
    <ul class="rows">${dead.map(
      (
        d,
      ) => html`<li key=${d.id}><div><span class="cut" dir="auto">${plain(d.text).slice(0, 160)}</span><div class="error">${plain(d.reason)}</div><div class="dim">${d.what === 'message' ? 'message' : 'reply'} · ${d.address.platform} · ${moment(d.at)}</div></div>
        <div class="acts"><button type="button" class="link" onClick=${() => act(() => post(`/api/dead/${encodeURIComponent(d.id)}/retry`))}>Try again</button>
        <button type="button" class="link" onClick=${() => act(() => del(`/api/dead/${encodeURIComponent(d.id)}`))}>Drop</button></div></li>`,
    )}</ul></section>`;
}

function openDrawer() {
  update((s) => {
    s.drawer = true;
  });
}
