import { Marked } from '/vendor/marked.js';
import DOMPurify from '/vendor/purify.js';
import { html, memo, plain, useState } from './view.js';

/** Longer text is shown as it is, and not at once: laying it out would stop the page. */
const MAX_MARKDOWN = 80_000;
const SHOWN_PLAIN = 20_000;

const escapeHtml = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

/**
 * An image in a reply is shown as a link: loading it would tell its owner that, when and by whom the
 * reply was read. HTML in a reply is shown as text.
 */
const marked = new Marked({
  gfm: true,
  renderer: {
    image({ href, text }) {
      return `<a href="${escapeHtml(href)}">${escapeHtml(text || 'picture')}</a>`;
    },
    html({ text }) {
      return escapeHtml(text);
    },
    // A character says it to a screen reader, too; a box that cannot be ticked would need a label.
    checkbox({ checked }) {
      return `<span class="box">${checked ? '☑' : '☐'}</span> `;
    },
    code({ text, lang }) {
      const language = /^[\w+#.-]{1,20}/.exec(lang ?? '')?.[0] ?? '';
      return `<figure class="code"><figcaption><span>${escapeHtml(language)}</span><button type="button" class="copy">Copy</button></figcaption><pre tabindex="0"><code>${escapeHtml(text)}</code></pre></figure>`;
    },
    table(token) {
      const row = (cells, tag) =>
        `<tr>${cells.map((c) => `<${tag}${c.align ? ` class="${c.align}"` : ''}>${this.parser.parseInline(c.tokens)}</${tag}>`).join('')}</tr>`;
      return `<div class="table" tabindex="0"><table><thead>${row(token.header, 'th')}</thead><tbody>${token.rows.map((r) => row(r, 'td')).join('')}</tbody></table></div>`;
    },
  },
});

const ALLOWED = {
  ALLOWED_TAGS:
    'a b strong i em del s code pre p br hr ul ol li blockquote h1 h2 h3 h4 h5 h6 table thead tbody tr th td div figure figcaption span button'.split(
      ' ',
    ),
  ALLOWED_ATTR: ['href', 'class', 'type', 'tabindex', 'start', 'target', 'rel'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  // Their values are no addresses; without this they would have to look like one.
  ADD_URI_SAFE_ATTR: ['type', 'tabindex', 'start', 'target', 'rel'],
  ALLOW_DATA_ATTR: false,
};

DOMPurify.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  }
});

/** One block of a text. While a reply streams, only its last block changes. */
const Block = memo(({ raw, token }) => {
  const dirty = marked.parser([token]);
  return html`<div class="block" data-length=${raw.length} dangerouslySetInnerHTML=${{ __html: DOMPurify.sanitize(dirty, ALLOWED) }} />`;
});

/** A reply's Markdown, rendered and made harmless. */
export const Markdown = memo(({ text }) => {
  if (text.length > MAX_MARKDOWN) return html`<${Long} text=${text} />`;
  const tokens = marked.lexer(plain(text)).filter((t) => t.type !== 'space');
  return html`<div class="markdown" dir="auto" onClick=${copyCode}>${tokens.map(
    (token, i) => html`<${Block} key=${i} raw=${token.raw} token=${reuse(token)} />`,
  )}</div>`;
});

/** The same source makes the same token object, so that `Block` sees that nothing has changed. */
const tokens = new Map();
function reuse(token) {
  const known = tokens.get(token.raw);
  if (known?.type === token.type) return known;
  if (tokens.size > 500) tokens.clear();
  tokens.set(token.raw, token);
  return token;
}

function Long({ text }) {
  const [all, setAll] = useState(false);
  const shown = plain(all ? text : text.slice(0, SHOWN_PLAIN));
  return html`<div class="long" dir="auto"><pre tabindex="0">${shown}</pre>
    ${!all && html`<button type="button" class="quiet" onClick=${() => setAll(true)}>Show all (${Math.ceil(text.length / 1000)} thousand characters)</button>`}</div>`;
}

function copyCode(event) {
  const button = event.target.closest?.('button.copy');
  if (!button) return;
  const code = button.closest('figure')?.querySelector('code')?.textContent ?? '';
  navigator.clipboard?.writeText(code).then(
    () => {
      button.textContent = 'Copied';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 1500);
    },
    () => {},
  );
}
