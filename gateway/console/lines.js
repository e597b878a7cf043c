import { del, post } from './api.js';
import { Since } from './banner.js';
import { Markdown } from './markdown.js';
import { dropPending, retryPending } from './outbox.js';
import { attempt, update } from './store.js';
import { clock, duration, html, Icon, memo, plain } from './view.js';

/**
 * One thing in a conversation. What becomes of it changes its parts, never the element itself: a message
 * that starts to be answered, or an answer that is complete, moves nothing and keeps what is selected.
 */
export const Line = memo(({ kind, entry, turn, message, steps }) => {
  switch (kind) {
    case 'entry':
      return entry.role === 'user'
        ? html`<${Person} text=${entry.text} at=${entry.at} id=${entry.message} files=${entry.attachments} />`
        : html`<${Answer} text=${entry.text} at=${entry.at} id=${entry.message} steps=${steps} />`;
    case 'turn':
      return html`<${Answer} text=${turn.text} steps=${turn.steps} turn=${turn} />`;
    case 'asked':
      return asked(message);
    case 'pending':
      return leaving(message);
    default:
      return html`<${Said} note=${message} />`;
  }
});

function Person({ text, at, id, files, state, children }) {
  return html`<article class=${`line person ${state ?? ''}`} aria-label="You">
    <div class="bubble" dir="auto">${long(plain(text))}${files?.map((f) => html`<span class="file">${plain(f.name ?? f.kind)}</span>`)}</div>
    <div class="under">${children}${at && html`<time>${clock(at)}</time>`}<${Details} id=${id} /></div>
  </article>`;
}

/** An answer; with `turn`, one that runs or whose place in the transcript is not read yet. */
function Answer({ text, at, id, steps, turn }) {
  const running = turn !== undefined && !turn.ended;
  return html`<article class=${`line answer ${running ? 'running' : ''}`} aria-label="Answer">
    ${running && turn.plan?.length > 0 && html`<${Plan} entries=${turn.plan} />`}
    ${steps?.length > 0 && html`<${Steps} steps=${steps} />`}
    ${running && text === '' && turn.thought !== '' && html`<p class="thought" dir="auto">${plain(turn.thought.slice(-240))}</p>`}
    ${turn?.partial && text !== '' && html`<p class="note">The beginning follows when the answer is complete.</p>`}
    ${text !== '' && html`<${Markdown} text=${text} />`}
    ${turn?.question && html`<${Question} turn=${turn.turn} question=${turn.question} />`}
    ${running ? html`<${Working} turn=${turn} />` : html`<div class="under">${at && html`<time>${clock(at)}</time>`}<${Details} id=${id} /></div>`}
  </article>`;
}

function Working({ turn }) {
  const { steps, text, question, attempt: nth } = turn;
  const now = steps.findLast((s) => s.state === 'started');
  const doing = question
    ? 'Waiting for you'
    : now
      ? (now.title ?? now.name)
      : text === ''
        ? 'Working'
        : 'Writing';
  const stop = () => attempt(() => post(`/api/turns/${encodeURIComponent(turn.turn)}/stop`));
  return html`<div class="under working"><span class="pulse" aria-hidden="true"></span><span class="doing">${plain(doing)}</span><${Since} at=${turn.startedAt} />
    ${nth > 1 && html`<span>· attempt ${nth}</span>`}
    <button type="button" class="stop" onClick=${stop}><${Icon} name="stop" size=${14} />Stop</button></div>`;
}

function Details({ id }) {
  if (id === undefined) return null;
  const open = () =>
    update((s) => {
      s.trace = id;
    });
  return html`<button type="button" class="icon-button small" aria-label="What happened to this message" title="What happened to this message" onClick=${open}><${Icon} name="info" size=${15} /></button>`;
}

/** What the agent means to do, while it works. */
function Plan({ entries }) {
  const said = { pending: 'to do', started: 'in work', done: 'done' };
  return html`<ol class="plan" aria-label="Plan">${entries.map(
    (e, n) =>
      html`<li class=${e.state} key=${n}><span class="mark" aria-hidden="true"></span><span dir="auto">${plain(e.text)}</span><span class="sr">${said[e.state]}</span></li>`,
  )}</ol>`;
}

/** Steps shown at one time; earlier ones are folded, so that a long work does not push its answer away. */
const STEPS_SHOWN = 5;

function Steps({ steps }) {
  const earlier = steps.slice(0, -STEPS_SHOWN);
  return html`<div class="steps">
    ${
      earlier.length > 0 &&
      html`<details><summary>${earlier.length} earlier ${earlier.length === 1 ? 'step' : 'steps'}</summary><${StepList} steps=${earlier} /></details>`
    }
    <${StepList} steps=${steps.slice(-STEPS_SHOWN)} /></div>`;
}

function StepList({ steps }) {
  return html`<ol>${steps.map(
    (s) => html`<li class=${s.state} key=${s.id}><span class="mark" aria-hidden="true"></span>
        <span class="what" dir="auto">${plain(s.title ?? s.name)}${s.summary && html` <em>${plain(s.summary)}</em>`}</span>
        <span class="took">${tookOf(s)}</span></li>`,
  )}</ol>`;
}

function tookOf({ state, at, endedAt }) {
  if (state === 'started') return 'running';
  if (state === 'failed') return 'failed';
  if (state === 'cut') return 'cut off';
  const ms = (endedAt ?? at) - at;
  return ms < 10_000 ? `${(ms / 1000).toFixed(1)} s` : duration(ms);
}

function Question({ turn, question }) {
  const answer = (option) =>
    attempt(() =>
      post(`/api/turns/${encodeURIComponent(turn)}/answer`, { question: question.id, option }),
    );
  return html`<fieldset class="question"><legend dir="auto">${plain(question.text)}</legend>
    ${question.options.map((o) => html`<button type="button" key=${o.id} onClick=${() => answer(o.id)}>${plain(o.label)}</button>`)}</fieldset>`;
}

const OUTCOMES = {
  steered: 'went into the running answer',
  cancelled: 'removed',
  rejected: 'refused',
  dead: 'not answered',
};

function asked(message) {
  const { id, text, state, outcome, error } = message;
  const said = OUTCOMES[outcome];
  if (state !== 'queued') {
    return html`<${Person} text=${text} at=${message.at} id=${id}>${said && html`<span class="state">${said}${error ? `: ${error}` : ''}</span>`}<//>`;
  }
  const remove = () => attempt(() => del(`/api/messages/${encodeURIComponent(id)}`));
  return html`<${Person} text=${text} id=${id} state="queued"><span class="state"><${Icon} name="clock" size=${14} />Waits for its turn</span>
    <button type="button" class="link" onClick=${remove}>Remove</button><//>`;
}

function leaving(message) {
  const { clientId, text, state, error } = message;
  return html`<${Person} text=${text} state="pending">
    <span class=${`state ${state === 'refused' ? 'error' : ''}`}>${error ?? 'Sending'}</span>
    ${state === 'refused' && html`<button type="button" class="link" onClick=${() => retryPending(clientId)}>Try again</button>`}
    ${(state === 'refused' || error) && html`<button type="button" class="link" onClick=${() => dropPending(clientId)}>Discard</button>`}<//>`;
}

function Said({ note }) {
  if (note.kind === 'notice') return html`<p class="notice" dir="auto">${plain(note.text)}</p>`;
  return html`${note.asked && html`<${Person} text=${note.asked} id=${note.message} />`}
    <article class="line answer command" aria-label="The gateway"><div class="plain" dir="auto">${long(plain(note.text))}</div></article>`;
}

/** Very long text of a person is cut for the eye; the agent got all of it. */
function long(text) {
  return text.length <= 20_000 ? text : `${text.slice(0, 20_000)} … (${text.length} characters)`;
}
