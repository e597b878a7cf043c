import { get } from './api.js';
import { update } from './store.js';
import { duration, html, Icon, plain, useEffect, useRef, useState } from './view.js';

const WORDS = {
  accepted: 'Taken into the journal',
  queued: 'Waits for its turn',
  duplicate: 'Sent again; nothing was done twice',
  started: 'Answer begun',
  step: 'Step',
  waiting: 'Waits for you',
  interrupted: 'Interrupted',
  suspended: 'Cut off by a restart; goes on in the next process',
  adopted: 'Taken up by another process',
  retried: 'Begun again',
  sent: 'Reply delivered',
  'send-failed': 'Reply could not be delivered',
  'send-ambiguous': 'Reply may or may not have arrived',
  answered: 'Answered',
  merged: 'Answered together with the message before it',
  steered: 'Went into the running answer',
  rejected: 'Refused',
  cancelled: 'Cancelled',
  dead: 'Given up',
};

/** A message's events as a small time line. */
export function Trace({ id }) {
  const [data, setData] = useState();
  const [error, setError] = useState('');
  const dialog = useRef();
  useEffect(() => {
    dialog.current.showModal();
    get(`/api/messages/${encodeURIComponent(id)}`).then(setData, (e) => setError(e.message));
  }, [id]);
  const close = () =>
    update((s) => {
      s.trace = undefined;
    });
  const first = data?.events[0]?.at ?? 0;
  return html`<dialog class="trace" ref=${dialog} aria-labelledby="trace-title" onClose=${close} onClick=${(e) => e.target === dialog.current && dialog.current.close()}>
    <header><h2 id="trace-title">What happened to this message</h2>
      <button type="button" class="icon-button" aria-label="Close" onClick=${() => dialog.current.close()}><${Icon} name="close" /></button></header>
    ${error && html`<p class="error">${error}</p>`}
    ${
      data &&
      html`<p class="about" dir="auto">${plain(data.message.text).slice(0, 200)}</p>
      <ol class="timeline">${data.events.map(
        (e) =>
          html`<li class=${e.name}><span>${WORDS[e.name] ?? e.name}${detail(e)}</span><time>${e.at === first ? new Date(e.at).toLocaleTimeString() : `+ ${since(e.at - first)}`}</time></li>`,
      )}</ol>
      <p class="id">${data.message.id}</p>`
    }
  </dialog>`;
}

function since(ms) {
  return ms < 1000 ? `${Math.max(0, ms)} ms` : duration(ms);
}

function detail({ detail: d }) {
  if (d === null || typeof d !== 'object')
    return d === undefined || d === null ? '' : html` <em>${String(d)}</em>`;
  const text = [d.name, d.title, d.state, d.why, d.by && `by ${d.by}`, d.error]
    .filter((x) => typeof x === 'string')
    .join(', ');
  const thought = typeof d.reasoning === 'string' ? d.reasoning : '';
  return html`${text && html` <em>${plain(text)}</em>`}${
    thought &&
    html`<details><summary>What it thought</summary><p class="thought" dir="auto">${plain(thought)}</p></details>`
  }`;
}
