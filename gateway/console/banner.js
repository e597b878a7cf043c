import { del } from './api.js';
import { attempt, state } from './store.js';
import { clock, duration, html, useEffect, useState } from './view.js';

/** One quiet line on what is not as always; nothing when all is well. */
export function Banner() {
  const line = lineOf(state);
  return html`<div class="banner-place" role="status">${
    line &&
    html`<div class=${`banner ${line.kind}`}><span class="pulse" aria-hidden="true"></span><span>${line.text}</span>${line.button}</div>`
  }</div>`;
}

function lineOf({ connection, lostAt, status, pending }) {
  if (connection === 'lost') {
    const kept = pending.length > 0 ? ' What you sent is kept here and goes out by itself.' : '';
    return {
      kind: 'warn',
      text: html`No connection to the gateway for <${Since} at=${lostAt} />. Trying again.${kept}`,
    };
  }
  if (status === undefined) return undefined;
  const { restart, drain, state: now } = status;
  if (restart?.state === 'open' && restart.whenIdle) {
    return {
      kind: 'info',
      text: 'A restart waits until nothing runs. You can go on writing.',
      button: html`<button type="button" class="link" onClick=${() => attempt(() => del('/api/restart'))}>Take it back</button>`,
    };
  }
  if (restart?.state === 'open') {
    const running = status.activeTurns;
    const finish = running === 1 ? 'finishes' : 'finish';
    const waits = running > 0 ? ` ${answers(running)} ${finish} first.` : '';
    const stays = running > 0 ? ` ${answers(running)} ${finish} in this one.` : '';
    return {
      kind: 'info',
      text:
        restart.mode === 'full'
          ? `Restarting.${waits} New messages are kept and answered after it.`
          : `Restarting: the next process takes over.${stays} You can go on writing.`,
    };
  }
  if (drain?.state === 'open' && drain.deadline > Date.now()) {
    return {
      kind: 'info',
      text: `Paused until ${clock(drain.deadline)}: no new answer starts. Messages are kept.`,
      button: html`<button type="button" class="link" onClick=${() => attempt(() => del('/api/drain'))}>Go on now</button>`,
    };
  }
  if (now === 'draining')
    return { kind: 'info', text: 'The gateway is stopping. Messages are kept.' };
  const before = status.others.reduce((n, other) => n + other.turns, 0);
  if (before > 0) {
    return {
      kind: 'info',
      text: `${before === 1 ? '1 answer is' : `${before} answers are`} being finished by the process before this one.`,
    };
  }
  return undefined;
}

function answers(n) {
  return n === 1 ? '1 running answer' : `${n} running answers`;
}

/** Time since a moment, counted on by itself. */
export function Since({ at }) {
  const [, draw] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => draw((n) => n + 1), 1000);
    return () => clearInterval(timer);
  }, []);
  return html`<span class="since">${duration(Date.now() - at)}</span>`;
}
