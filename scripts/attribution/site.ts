import { type Dialect, dialectOf, type ForgeKind, GITHUB } from './dialect.ts';

/** A repository on a forge that may be asked about it. */
export interface Site {
  readonly kind: ForgeKind;
  /** "owner/name"; on GitLab of any depth. */
  readonly repo: string;
  readonly host: string;
  /** The address of the forge's pages. */
  readonly home: string;
  /** That of the repository's page. */
  readonly web: string;
  /** Where its API begins; a token goes nowhere else. */
  readonly apiUrl: string;
  /**
   * Whether a token may go there: it is the forge's main host, or somebody said that it is this
   * forge. A token of one GitLab is no business of another, and a file in a repository that anybody
   * wrote can't send it to a server that the repository does not come from.
   */
  readonly trusted: boolean;
}

/** What is said of the forge, on the command line or in `release.yaml`. */
export interface Said {
  readonly forge?: ForgeKind | undefined;
  readonly repo?: string | undefined;
  readonly apiUrl?: string | undefined;
}

/** The forge's main host of each kind, and its API. */
const HOME: Record<ForgeKind, { readonly host: string; readonly apiUrl: string }> = {
  github: { host: 'github.com', apiUrl: 'https://api.github.com' },
  gitlab: { host: 'gitlab.com', apiUrl: 'https://gitlab.com/api/v4' },
  forgejo: { host: 'codeberg.org', apiUrl: 'https://codeberg.org/api/v1' },
};

/** Public hosts that are known to be of a kind; they are read without being configured. */
const KNOWN: Readonly<Record<string, ForgeKind>> = {
  'github.com': 'github',
  'gitlab.com': 'gitlab',
  'gitlab.gnome.org': 'gitlab',
  'gitlab.freedesktop.org': 'gitlab',
  'gitlab.torproject.org': 'gitlab',
  'gitlab.alpinelinux.org': 'gitlab',
  'gitlab.archlinux.org': 'gitlab',
  'gitlab.xfce.org': 'gitlab',
  'salsa.debian.org': 'gitlab',
  'invent.kde.org': 'gitlab',
  'framagit.org': 'gitlab',
  '0xacab.org': 'gitlab',
  'code.videolan.org': 'gitlab',
  'codeberg.org': 'forgejo',
  'code.forgejo.org': 'forgejo',
  'git.disroot.org': 'forgejo',
  'gitea.com': 'forgejo',
};

/** What each kind's API begins with behind its host. GitHub's has a host of its own. */
const API_PATH: Record<ForgeKind, string> = {
  github: '/api/v3',
  gitlab: '/api/v4',
  forgejo: '/api/v1',
};

/** How the commits are written, and which forge may be asked about them, if any. */
export interface Found {
  readonly dialect: Dialect;
  readonly site?: Site;
}

/**
 * Finds the forge: what is said comes first, then the remote's host, then a CI job's own server. A
 * host that only looks like one (`gitlab.example.org`) lends its dialect and is not asked.
 * @param typed the part that was said on the command line
 */
export function siteOf(
  said: Said,
  remote: Remote | undefined,
  env: Readonly<Record<string, string | undefined>> = {},
  typed: Said = said,
): Found {
  const known = remote && (KNOWN[remote.host] ?? serverOf(remote.host, env));
  const kind = said.forge ?? known ?? kindOfApi(said.apiUrl) ?? (said.repo ? 'github' : undefined);
  if (kind === undefined) {
    const look = remote && looksLike(remote.host);
    return { dialect: look === undefined ? GITHUB : dialectOf(look, remote!.host) };
  }
  const api = said.apiUrl === undefined ? undefined : apiOf(kind, said.apiUrl);
  // The remote may be a mirror on another forge. What is named on GitHub is on GitHub's own host,
  // unless an API says otherwise: a remote can be called as its ssh configuration likes.
  const unknown = kind === 'github' && said.repo !== undefined && api === undefined;
  const here = remote && (known ?? (unknown ? undefined : kind)) === kind ? remote : undefined;
  const { host, home, prefix } = homeOf(kind, here, api);
  const repo = said.repo ?? withoutPrefix((here ?? remote)?.repo, prefix);
  const dialect = dialectOf(kind, host);
  if (repo === undefined || !isRepoOf(kind, repo)) return { dialect };
  const own = host === HOME[kind].host;
  const ofJob = kind === 'gitlab' && host === env.CI_SERVER_HOST ? env.CI_API_V4_URL : undefined;
  const apiUrl = api ?? ofJob ?? (own ? HOME[kind].apiUrl : home + API_PATH[kind]);
  const apiHost = hostOfApi(apiUrl).replace(/:\d+$/, '');
  const trusted =
    (own && apiUrl === HOME[kind].apiUrl) ||
    apiUrl === ofJob ||
    typed.forge !== undefined ||
    typed.apiUrl !== undefined ||
    serverOf(apiHost, env) === kind ||
    ((said.forge !== undefined || said.apiUrl !== undefined) && apiHost === here?.host);
  return { dialect, site: { kind, repo, host, home, web: `${home}/${repo}`, apiUrl, trusted } };
}

/** The server's host and the address of its pages; `https://host/base/api/v4` is one below a path. */
function homeOf(kind: ForgeKind, here: Remote | undefined, api: string | undefined) {
  const url = api?.endsWith(API_PATH[kind])
    ? new URL(api.slice(0, -API_PATH[kind].length))
    : undefined;
  const other = api === undefined ? HOME[kind].host : hostOfApi(api);
  const origin = here?.origin ?? url?.origin ?? `https://${other}`;
  const prefix = url?.pathname.replace(/^\/|\/$/g, '') ?? '';
  const home = prefix === '' ? origin : `${origin}/${prefix}`;
  return { host: here?.host ?? other, home, prefix };
}

/** GitHub and Forgejo know owners and names; GitLab has groups in groups. */
export function isRepoOf(kind: ForgeKind, path: string): boolean {
  return kind === 'gitlab'
    ? /^[\w.+-]+(?:\/[\w.+-]+)+$/.test(path)
    : /^[\w.-]+\/[\w.-]+$/.test(path);
}

/** The server that this very CI job, or the forge's own command line tool, is set to. */
function serverOf(
  host: string,
  env: Readonly<Record<string, string | undefined>>,
): ForgeKind | undefined {
  const is = (variable: string | undefined) =>
    variable !== undefined && variable.replace(/^https?:\/\//, '').replace(/\/.*$/, '') === host;
  if (is(env.CI_SERVER_HOST) || is(env.GITLAB_HOST)) return 'gitlab';
  return is(env.FORGEJO_SERVER_URL) || is(env.GITEA_SERVER_URL) ? 'forgejo' : undefined;
}

function looksLike(host: string): ForgeKind | undefined {
  if (/^gitlab\./.test(host)) return 'gitlab';
  return /^(?:forgejo|gitea|codeberg)\./.test(host) ? 'forgejo' : undefined;
}

function kindOfApi(url: string | undefined): ForgeKind | undefined {
  if (url === undefined) return undefined;
  if (/\/api\/v4\/?$/.test(url)) return 'gitlab';
  return /\/api\/v1\/?$/.test(url) ? 'forgejo' : 'github';
}

/** A server's address is enough where its API has one place. */
function apiOf(kind: ForgeKind, url: string): string {
  const plain = url.replace(/\/+$/, '');
  const bare = kind !== 'github' && new URL(plain).pathname === '/';
  return bare ? plain + API_PATH[kind] : plain;
}

function hostOfApi(api: string): string {
  return new URL(api).host.replace(/^api\./, '');
}

function withoutPrefix(repo: string | undefined, prefix: string): string | undefined {
  return prefix !== '' && repo?.startsWith(`${prefix}/`) ? repo.slice(prefix.length + 1) : repo;
}

/** Where a remote is. */
export interface Remote {
  readonly host: string;
  /** The address of the host's pages, with the port that an http address names. */
  readonly origin: string;
  readonly repo: string;
}

const PATH = '((?:[\\w.~+-]+\\/)+[\\w.~+-]+?)(?:\\.git)?\\/?$';
const URL_FORM = new RegExp(`^(https?|ssh|git):\\/\\/(?:[^@/]*@)?([^/:]+)(:\\d+)?\\/${PATH}`);
const SCP_FORM = new RegExp(`^(?:[^@/]*@)?([^/:]+):\\/?${PATH}`);

/** Reads `https://host/owner/name.git`, `git@host:group/sub/name`, `ssh://git@host:22/owner/name`. */
export function parseRemote(url: string): Remote | undefined {
  const address = URL_FORM.exec(url);
  if (address !== null) {
    const [, scheme = '', name = '', port = '', repo = ''] = address;
    const host = webHost(name);
    const web = scheme.startsWith('http');
    return { host, origin: web ? `${scheme}://${host}${port}` : `https://${host}`, repo };
  }
  const [, name, repo] = SCP_FORM.exec(url) ?? [];
  if (name === undefined || repo === undefined) return undefined;
  const host = webHost(name);
  return { host, origin: `https://${host}`, repo };
}

/** Other names of the same forge: for ssh through another port, and of old. */
function webHost(host: string): string {
  const plain = host.toLowerCase();
  const other = plain.replace(/^(?:ssh|altssh|www)\./, '');
  return other in KNOWN ? other : plain;
}
