import htm from '/vendor/htm.js';
import { Component, h, render } from '/vendor/preact.js';

export { useEffect, useLayoutEffect, useRef, useState } from '/vendor/preact-hooks.js';
export { render };

export const html = htm.bind(h);

/** A component that is drawn again only when one of its properties is another. */
export function memo(draw) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const keys = new Set([...Object.keys(next), ...Object.keys(this.props)]);
      for (const key of keys) if (next[key] !== this.props[key]) return true;
      return false;
    }
    render(props) {
      return draw(props);
    }
  };
}

const PATHS = {
  plus: 'M12 5v14M5 12h14',
  search: 'M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14ZM16 16l4 4',
  pencil: 'M4 20h4L19 9l-4-4L4 16v4Z',
  gauge: 'M4 18a8 8 0 1 1 16 0M12 18l4-6',
  stop: 'M6.5 6.5h11v11h-11z',
  send: 'M12 19V5M6 11l6-6 6 6',
  close: 'M6 6l12 12M18 6 6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  down: 'M12 5v14M6 13l6 6 6-6',
  check: 'M5 12.5l4.5 4.5L19 7',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4.5l3 2',
  info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 11v5M12 8v.01',
  theme: 'M12 4a8 8 0 1 0 0 16V4Z',
  again: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  pause: 'M9 6v12M15 6v12',
  out: 'M14 5H6v14h8M11 12h9M17 9l3 3-3 3',
};

/** A drawing in the colour of the text beside it; it says nothing to a screen reader. */
export const Icon = ({ name, size = 18 }) =>
  html`<svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true"
    fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"><path d=${PATHS[name]} /></svg>`;

/** A length of time, for people. */
export function duration(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return `${s} s`;
  if (s < 3600) return `${Math.floor(s / 60)} min ${s % 60} s`;
  if (s < 86_400) return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
  return `${Math.floor(s / 86_400)} d ${Math.floor((s % 86_400) / 3600)} h`;
}

/** A point in time: today by the clock, else by the day. */
export function moment(at) {
  const date = new Date(at);
  if (date.toDateString() === new Date().toDateString()) return clock(at);
  return date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' });
}

export function clock(at) {
  return new Date(at).toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
}

/** Characters that turn the direction of what follows are shown as what they are. */
export function plain(text) {
  return text.replace(
    /[\u202a-\u202e\u2066-\u2069]/g,
    (c) => `⟦U+${c.codePointAt(0).toString(16).toUpperCase()}⟧`,
  );
}
