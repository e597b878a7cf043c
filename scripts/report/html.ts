import type { Attribution } from '../attribution/attribute.ts';
import { type Audit, unearnedName } from '../attribution/audit.ts';
import type { Dialect } from '../attribution/dialect.ts';
import type { Evidence, Person } from '../attribution/model.ts';
import { idOf } from '../attribution/people.ts';
import type { Site } from '../attribution/site.ts';
import { type Commands, summaryOf } from './summary.ts';
import { headline, partRead, suspectOf } from './text.ts';

const escaped = (text: string) => text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

const STYLE = `
:root{color-scheme:light dark;--bg:#fff;--fg:#1c1c1c;--link:#0b57d0;--line:#8884;--bad:#b3261e;--ok:#287a3e;--dim:#5f5f5f;--note:#8a5a00}
@media(prefers-color-scheme:dark){:root{--bg:#121212;--fg:#e8e8e8;--link:#8ab4f8;--bad:#ff8a80;--ok:#7bd88f;--dim:#a0a0a0;--note:#e0b050}}
html{background:var(--bg);color:var(--fg)}a{color:var(--link)}
body{font:15px/1.5 system-ui,sans-serif;max-width:68rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem .7rem;border:1px solid var(--line);border-radius:.4rem}
.card,.short{border:1px solid var(--line);border-radius:.4rem;margin:.6rem 0;padding:.6rem .9rem}.short h2{margin-top:0}
.card h3{margin:0;font-size:1rem}.missing{border-left:4px solid var(--bad)}.named{border-left:4px solid var(--ok)}
.role{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:0 .6rem;margin:.2rem .3rem .2rem 0;font-size:.85rem}
ul{margin:.3rem 0;padding-left:1.2rem}.dim{color:var(--dim);font-size:.9rem}
.note{font-size:.9rem;color:var(--note)}.bad{color:var(--bad)}.ok{color:var(--ok)}code{font-size:.9em}[hidden]{display:none}`;

const FILTER = `
const box=document.getElementById('filter'),count=document.getElementById('count');
const all=[...document.querySelectorAll('.card,.entries>li')],cards=all.filter(x=>x.matches('.card'));
const has=(x,w)=>x.textContent.toLowerCase().includes(w);
box.addEventListener('input',()=>{const w=box.value.toLowerCase().trim();
for(const x of all){x.hidden=!has(x,w);
for(const d of x.querySelectorAll('details')){const hit=w.length>1&&!x.hidden&&has(d,w);
d.open=w?hit:d.dataset.open==='1';for(const l of d.querySelectorAll('li'))l.hidden=hit&&!has(l,w)}}
for(const s of document.querySelectorAll('section'))s.hidden=!s.querySelector('.card:not([hidden]),.entries>li:not([hidden])');
count.textContent=w?cards.filter(c=>!c.hidden).length+' of '+cards.length+' people shown':''});`;

/** One self-contained page: who, in which role, on what evidence, and what is missing. */
export function htmlReport(
  audit: Audit,
  site?: Pick<Site, 'home' | 'web'>,
  commands?: Commands,
): string {
  const { attribution: a, missing, unearned = [] } = audit;
  const part = partRead(audit);
  const links: Links = { site, dialect: a.dialect, attribution: a };
  const lost = new Set(missing);
  const counts = `${lost.size} missing in the notes, ${unearned.length} listed without a credit`;
  const found = lost.size + unearned.length > 0;
  const verdict = [
    ...(audit.exitCode === 2
      ? [
          '<p class="bad"><b>This check is incomplete</b>: the facts under “Checks that could not be made” are needed, and could not be had. Somebody may be missing whom this page can’t name.</p>',
        ]
      : []),
    missing === undefined
      ? '<p>No release notes were given: this page lists everyone with a credit.</p>'
      : found
        ? `<p class="bad"><b>${counts}.</b></p><p>Add who is missing to the notes’ contributor section, or let <code>--fix</code> do it; every card says why.</p>`
        : `<p class="ok"><b>Everyone ${audit.exitCode === 2 ? 'known ' : ''}with a credit is named in the notes.</b></p>`,
  ].join('\n');
  const people = (title: string, list: readonly Person[]) =>
    `<section><h2>${title} (${list.length})</h2>
${list.map((each) => card(each, a.helpers.includes(each) ? undefined : missing && lost.has(each), links)).join('\n')}</section>`;
  const section = (title: string, items: readonly string[], help = '') =>
    items.length === 0
      ? ''
      : `<section><h2>${title} (${items.length})</h2>${help === '' ? '' : `<p class="dim">${help}</p>`}<ul class="entries">${items.map((each) => `<li>${each}</li>`).join('')}</ul></section>`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Contributors ${escaped(headline(a))}</title><style>${STYLE}</style>
<main><h1>Who made this release</h1>
<p>${escaped(headline(a))}</p>
${part === undefined ? '' : `<p class="dim">${escaped(part)}</p>`}
${verdict}
${inShort(audit, commands)}
<p class="dim">A credit is a role with its evidence: <b>author</b> of a commit, <b>co-author</b> by a trailer, <b>source author</b> whose ${a.dialect.request} was carried into another's.</p>
<input id="filter" type="search" placeholder="Filter by name, login, address or evidence" aria-label="Filter" autofocus><p class="dim" id="count" role="status"></p>
${section('Checks that could not be made', a.incomplete.map(escaped))}
${lost.size === 0 ? '' : people('Missing in the notes', [...lost])}
${section(
  'Listed without a credit',
  unearned.map(
    (each) => `${escaped(unearnedName(each))} <span class="dim">line ${each.line}</span>`,
  ),
)}
${people(
  missing === undefined ? 'Everyone' : 'Named in the notes',
  a.people.filter((each) => !lost.has(each)),
)}
${a.helpers.length === 0 ? '' : people('Helped, without being a contributor', a.helpers)}
${section(
  'No login known',
  a.unresolved.map(
    (each) => `${escaped(each.what)}<br><code>${escaped(each.suggestion.trim())}</code>`,
  ),
  'The notes can name them in full. To name them by a handle, put the login in and the line below <code>authors:</code> of the AUTHOR_MAP (<code>release-notes/authors.yaml</code>).',
)}
${section(
  'Credited, but may be assistants or bots',
  a.suspects.map(
    (each) =>
      `${escaped(each.who)} <span class="dim">${escaped(each.reason)}</span><br>a machine: <code>${escaped(each.machine)}</code>, a person: <code>${escaped(each.person)}</code>`,
  ),
  'They count until somebody decides: put one of the two lines into the AUTHOR_MAP (<code>release-notes/authors.yaml</code>).',
)}
${section(
  'Weak evidence, not counted',
  a.weak.map((each) => `${escaped(each.who)}: ${evidence(each.evidence, links)}`),
)}
${section(
  'Left out as assistants, bots or ignored',
  a.filtered.map((each) =>
    escaped(`${each.ident.name} <${each.ident.email}> ${each.count}×: ${each.reason}`),
  ),
)}
${section('Not known', a.limits.map(escaped))}
</main><script>${FILTER}</script></html>
`;
}

/** Where a page's links lead. */
interface Links {
  readonly attribution: Attribution;
  readonly site: Pick<Site, 'home' | 'web'> | undefined;
  readonly dialect: Dialect;
}

/** What there is and what to do, above long lists. */
function inShort(audit: Audit, commands?: Commands): string {
  const summary = summaryOf(audit, commands);
  if (summary === undefined) return '';
  const found = summary.found.map((each) => `<li>${escaped(each)}</li>`).join('');
  const steps = summary.steps.map(({ command, what }) =>
    command === undefined
      ? `<p>${escaped(what)}</p>`
      : `<p><code>${escaped(command)}</code><br><span class="dim">${escaped(what)}</span></p>`,
  );
  return `<div class="short"><h2>In short</h2><ul>${found}</ul>${steps.join('')}</div>`;
}

function card(person: Person, isMissing: boolean | undefined, links: Links): string {
  const state = isMissing === undefined ? '' : isMissing ? ' missing' : ' named';
  const roles = person.credits
    .map(({ role, count }) => `<span class="role">${role} ${count}</span>`)
    .join('');
  const lines = person.credits.flatMap((credit) =>
    credit.evidence.map((each) => `<li>${credit.role}: ${evidence(each, links)}</li>`),
  );
  const joins = person.joins.map(
    (join) => `<li>${escaped(`${join.what}: ${join.reason}${join.weak ? ' (weak)' : ''}`)}</li>`,
  );
  const { login } = person;
  const { site, dialect } = links;
  const who =
    login === undefined || site === undefined || !dialect.login.test(login)
      ? escaped(idOf(person))
      : `<a href="${escaped(`${site.home}/${login}`)}">${escaped(idOf(person))}</a>`;
  const total = person.credits.reduce((sum, { count }) => sum + count, 0);
  const amount = lines.length < total ? `${lines.length} of ${total}` : `${total}`;
  const also = person.names.filter((name) => !idOf(person).startsWith(name));
  const suspect = suspectOf(person, links.attribution);
  const doubt = suspect === undefined ? [] : [`may be a machine: ${suspect.reason}`];
  const remarks = [...person.remarks, ...doubt]
    .map((each) => `<div class="note">Note: ${escaped(each)}</div>`)
    .join('');
  return `<div class="card${state}"><h3>${who}</h3>${roles}
${also.length === 0 ? '' : `<div class="dim">${escaped(also.join(', '))}</div>`}${remarks}
<details${isMissing && lines.length < 4 ? ' open data-open="1"' : ''}><summary>Evidence (${amount})</summary><ul>${lines.join('')}</ul></details>
${joins.length === 0 ? '' : `<details><summary>Joined identities (${joins.length})</summary><ul>${joins.join('')}</ul></details>`}</div>`;
}

function evidence(each: Evidence, { site, dialect }: Links): string {
  const link = (label: string, path: string) =>
    site === undefined
      ? `<code>${label}</code>`
      : `<a href="${escaped(`${site.web}/${path}`)}"><code>${label}</code></a>`;
  const where = [
    ...(each.sha === undefined
      ? []
      : [link(each.sha.slice(0, 9), `${dialect.pages.commit}/${each.sha}`)]),
    ...(each.pr === undefined
      ? []
      : [link(`${dialect.mark}${each.pr}`, `${dialect.pages.pull}/${each.pr}`)]),
  ].join(' ');
  const note = each.note === undefined ? '' : ` <span class="dim">(${escaped(each.note)})</span>`;
  return `${where} “${escaped(each.line)}”${each.strength === 'weak' ? ' <b>weak</b>' : ''}${note}`;
}
