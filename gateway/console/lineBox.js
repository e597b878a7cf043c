import { Line } from './lines.js';
import { state } from './store.js';
import { readEarlier, showLater, showLatest, windowOf } from './transcript.js';
import { html, Icon, useEffect, useLayoutEffect, useRef, useState } from './view.js';

/** How near to an end of what is shown, in pixels, the next lines are brought in. */
const NEAR = 600;

/**
 * The lines of one conversation and where one is in them: at the end, and kept there while things are
 * added, or above, where nothing moves but by oneself.
 */
export function LineBox({ items, empty }) {
  const box = useRef();
  const atEnd = useRef(true);
  const top = useRef(0);
  const first = useRef();
  /** The line at the upper edge, and its place, for when lines above it come or go. */
  const anchor = useRef();
  const sent = useRef(state.sent);
  const [away, setAway] = useState(false);
  const { transcript } = state;
  const { more, toLast } = windowOf(transcript);

  const toEnd = () => {
    atEnd.current = true;
    setAway(false);
    showLatest();
    box.current.scrollTop = box.current.scrollHeight;
  };

  /** Puts what one looks at back to where it was. */
  const hold = () => {
    const { line, top: was } = anchor.current ?? {};
    if (line?.isConnected) box.current.scrollTop += line.getBoundingClientRect().top - was;
  };

  useLayoutEffect(() => {
    const el = box.current;
    // Who sends something wants to see what becomes of it.
    if (state.sent !== sent.current) toEnd();
    sent.current = state.sent;
    if (atEnd.current) el.scrollTop = el.scrollHeight;
    else if (first.current !== items[0]?.key) hold();
    first.current = items[0]?.key;
  });

  useEffect(() => {
    const el = box.current;
    // Fonts, opened steps, the keyboard and lines laid out late change heights without a drawing of ours.
    const watch = new ResizeObserver(() => {
      if (atEnd.current) el.scrollTop = el.scrollHeight;
      else hold();
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
    const below = el.scrollHeight - el.scrollTop - el.clientHeight;
    const end = toLast && (below < 60 || (atEnd.current && !up));
    if (end !== atEnd.current) {
      atEnd.current = end;
      setAway(!end);
      if (end) showLatest();
    }
    if (end) return;
    anchor.current = upperLine(el);
    if (el.scrollTop < NEAR && more) void readEarlier();
    else if (below < NEAR && !toLast) showLater();
  };
  const running = items.some((i) => i.kind === 'turn' && !i.turn.ended);
  return html`<div class="lines-place">
    <div class="lines" ref=${box} onScroll=${onScroll} tabindex="0" role="region" aria-label="Messages">
      <div class="column" role="log" aria-live="off" aria-busy=${running}>
        ${more && html`<button type="button" class="quiet earlier" onClick=${readEarlier}>Earlier messages</button>`}
        ${empty}
        ${items.map((item) => html`<${Line} key=${item.key} kind=${item.kind} entry=${item.entry} turn=${item.turn} message=${item.message} steps=${item.steps} />`)}
      </div>
    </div>
    ${away && html`<button type="button" class="to-end" onClick=${toEnd}><${Icon} name="down" size=${16} />Latest</button>`}
    <div class="sr" role="status">${running ? 'An answer is being written.' : items.length > 0 ? 'No answer is running.' : ''}</div>
  </div>`;
}

/** The first line that can be seen, and where. Found by halving: there may be hundreds. */
function upperLine(box) {
  const lines = box.firstElementChild.children;
  const edge = box.getBoundingClientRect().top;
  // The way to earlier lines stays at the top whatever comes in; it is no place to hold on to.
  let [from, to] = [lines[0]?.tagName === 'BUTTON' ? 1 : 0, lines.length - 1];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (lines[middle].getBoundingClientRect().bottom > edge) to = middle;
    else from = middle + 1;
  }
  const line = lines[from];
  return line && { line, top: line.getBoundingClientRect().top };
}
