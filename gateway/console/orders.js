import { del, post } from './api.js';
import { attempt } from './store.js';
import { clock, html, Icon, useState } from './view.js';

/** Restart and drain: what each does and waits for is said before it is pressed, and while it goes on. */
export function Orders({ status }) {
  const [cutting, setCutting] = useState(false);
  const { restart, drain, activeTurns } = status;
  const restarting = restart?.state === 'open';
  const draining = drain?.state === 'open' && drain.deadline > Date.now();
  const answers =
    activeTurns === 0
      ? 'No answer runs in this process'
      : activeTurns === 1
        ? 'The running answer'
        : `The ${activeTurns} running answers`;
  const order = async (body) => {
    setCutting(false);
    await attempt(() => post('/api/restart', body));
  };
  return html`<section class="card" aria-labelledby="op-orders"><h2 id="op-orders">Restart and pause</h2>
    <div class="orders">
      <div class="order"><h3>Restart</h3>
        ${
          restarting
            ? html`<p>${restart.mode === 'full' ? 'The gateway drains and starts anew.' : 'A new process is getting ready and takes over.'} ${activeTurns > 0 ? `${answers} ${activeTurns === 1 ? 'is' : 'are'} waited for, until ${clock(restart.deadline)} at the latest.` : ''}</p>
              <button type="button" onClick=${() => attempt(() => del('/api/restart'))}>Take back</button>
              ${activeTurns > 0 && html`<button type="button" class="danger" onClick=${() => order({ force: true })}>Do not wait</button>`}`
            : html`<p>A new process starts beside this one and takes over when it is ready. ${activeTurns === 0 ? 'No answer runs in this process.' : `${answers} ${activeTurns === 1 ? 'is' : 'are'} finished by this one.`} Nothing that was sent is lost.</p>
              <button type="button" onClick=${() => order({})}><${Icon} name="again" size=${16} />Restart</button>
              ${activeTurns > 0 && !cutting && html`<button type="button" onClick=${() => setCutting(true)}>Restart without waiting</button>`}
              ${cutting && html`<p>${answers} will be cut off and taken up again by the new process.</p><button type="button" class="danger" onClick=${() => order({ force: true })}>Cut off and restart</button><button type="button" onClick=${() => setCutting(false)}>Leave it</button>`}
              ${last(restart)}`
        }</div>
      <div class="order"><h3>Pause</h3>
        ${
          draining
            ? html`<p>No new answer starts until ${clock(drain.deadline)}. Messages are kept and wait. ${activeTurns > 0 ? `Still running: ${activeTurns}.` : 'Nothing runs.'}</p>
              <button type="button" onClick=${() => attempt(() => del('/api/drain'))}>Go on now</button>`
            : html`<p>Running answers finish, no new one starts. Messages are kept and wait.</p>
              <button type="button" onClick=${() => attempt(() => post('/api/drain', {}))}><${Icon} name="pause" size=${16} />Pause</button>`
        }</div>
    </div></section>`;
}

const ENDS = {
  done: 'The last restart was done',
  refused: 'The last restart was refused',
  cancelled: 'The last restart was taken back',
  'timed-out': 'The last restart ran out of time',
};

function last(restart) {
  const text = ENDS[restart?.state];
  if (text === undefined) return null;
  return html`<p class="dim">${text}${restart.endedAt ? ` at ${clock(restart.endedAt)}` : ''}${restart.reason ? `: ${restart.reason}` : '.'}</p>`;
}
