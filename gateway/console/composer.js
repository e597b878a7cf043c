import { sendMessage } from './outbox.js';
import { isShown, state } from './store.js';
import { html, Icon, useLayoutEffect, useRef, useState } from './view.js';

const DRAFT = 'sluice.draft.';

const MODES = {
  interrupt: ['ends the running answer', 'ends that answer'],
  queue: ['waits for its turn', 'waits for its turn'],
  steer: ['goes into the running answer where the agent can', 'goes into it where the agent can'],
};

/** The place to write. A draft is kept per conversation; `/` offers the commands. */
export function Composer({ chat }) {
  const [text, setText] = useState(() => localStorage.getItem(DRAFT + chat) ?? '');
  const [chosen, setChosen] = useState(0);
  const [closed, setClosed] = useState(false);
  const input = useRef();
  const offers = closed ? [] : offersFor(text, state.commands);
  const running = [...state.turns.values()].some((t) => !t.ended && isShown(t.lane));

  useLayoutEffect(() => {
    const el = input.current;
    el.style.height = 'auto';
    el.style.height = `${Math.min(el.scrollHeight, 220)}px`;
  }, [text]);

  const change = (value) => {
    setText(value);
    setChosen(0);
    setClosed(false);
    if (value === '') localStorage.removeItem(DRAFT + chat);
    else localStorage.setItem(DRAFT + chat, value);
  };
  const send = () => {
    if (text.trim() === '') return;
    sendMessage(chat, text);
    change('');
    input.current.focus();
  };
  const take = (command) => {
    change(command.args ? `/${command.name} ` : `/${command.name}`);
    setClosed(true);
    input.current.focus();
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (offers.length > 0) {
      if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
        event.preventDefault();
        const step = event.key === 'ArrowDown' ? 1 : offers.length - 1;
        setChosen((chosen + step) % offers.length);
        return;
      }
      const whole = text.trim().toLowerCase() === `/${offers[chosen].name}`;
      if (event.key === 'Tab' || (event.key === 'Enter' && !whole)) {
        event.preventDefault();
        take(offers[chosen]);
        return;
      }
      if (event.key === 'Escape') {
        event.preventDefault();
        setClosed(true);
        return;
      }
    }
    if (event.key === 'Enter' && !event.shiftKey && !coarse()) {
      event.preventDefault();
      send();
    }
  };
  return html`<form class="composer" onSubmit=${(e) => {
    e.preventDefault();
    send();
  }}>
    ${
      offers.length > 0 &&
      html`<ul class="offers" id="offers" role="listbox" aria-label="Commands">${offers.map(
        (
          c,
          i,
        ) => html`<li key=${c.name} id=${`offer-${i}`} role="option" aria-selected=${i === chosen}
          onMouseDown=${(e) => {
            e.preventDefault();
            take(c);
          }}><code>/${c.name}${c.args ? ` ${c.args}` : ''}</code><span>${c.help}</span></li>`,
      )}</ul>`
    }
    <div class="field">
      <textarea id="message" ref=${input} rows="1" aria-label="Message" aria-describedby="hint" value=${text} placeholder=${running ? 'Write the next message' : 'Write a message, or / for commands'}
        aria-autocomplete="list" aria-controls=${offers.length > 0 ? 'offers' : undefined} aria-activedescendant=${offers.length > 0 ? `offer-${chosen}` : undefined}
        onInput=${(e) => change(e.target.value)} onKeyDown=${onKeyDown}></textarea>
      <button type="submit" class="send" aria-label="Send" title="Send (Enter)" disabled=${text.trim() === ''}><${Icon} name="send" size=${20} /></button>
    </div>
    <p class="hint" id="hint">${hintOf(running)}</p>
  </form>`;
}

/** What a message does that meets a running answer: one key of the configuration. */
function hintOf(running) {
  const { status } = state;
  const mode = MODES[status?.busyMode];
  if (mode === undefined) return '\u00a0';
  // A follow-up never interrupts an answer of a process that is leaving.
  const leaving = status.state === 'draining' || status.others.some((o) => o.turns > 0);
  if (running && leaving) return 'A message sent now waits for the running answer.';
  return running ? `A message sent now ${mode[0]}.` : `A message sent during an answer ${mode[1]}.`;
}

/** Commands that begin as what is typed, while nothing but a command's name is there. */
function offersFor(text, commands) {
  const typed = /^\/([a-z]*)$/i.exec(text)?.[1]?.toLowerCase();
  if (typed === undefined) return [];
  const fits = (c) => [c.name, ...c.aliases].some((name) => name.startsWith(typed));
  const rank = (c) => (c.name.startsWith(typed) ? 0 : 1);
  return commands.filter(fits).sort((a, b) => rank(a) - rank(b));
}

/** On a phone Enter makes a line, as people there expect. */
function coarse() {
  return matchMedia('(pointer: coarse)').matches;
}
