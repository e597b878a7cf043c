import { forgejoNoReply, githubNoReply, gitlabNoReply, type NoReply } from './noreply.ts';

/** The kinds of forges; `forgejo` is Gitea as well, whose interfaces are the same. */
export const FORGE_KINDS = ['github', 'gitlab', 'forgejo'] as const;
export type ForgeKind = (typeof FORGE_KINDS)[number];

/**
 * How a forge writes things: what is read in commits and written into notes. It asks nobody, so it
 * holds offline too.
 */
export interface Dialect {
  readonly kind: ForgeKind;
  /** Its name, for people. */
  readonly name: string;
  /** What it calls a proposed change. */
  readonly request: 'pull request' | 'merge request';
  /** What stands before the number of one. */
  readonly mark: '#' | '!';
  /** What can stand before the number at the end of a subject that says where it landed: `(#12)`. */
  readonly landingMarks: string;
  /** What names a change in a text besides `#12`, if anything. */
  readonly reference?: RegExp;
  /** What an account can be called. */
  readonly login: RegExp;
  /** The variable that its token is looked for in first. */
  readonly tokenVariable: string;
  /** The account behind an address that this forge gave. */
  noReply(email: string): NoReply | undefined;
  /** The parts of its pages' addresses, behind that of the repository. */
  readonly pages: { readonly commit: string; readonly compare: string; readonly pull: string };
}

/** Also of an early account (`a--b`, `a-`), and of one that a company manages (`jo_acme`). */
const GITHUB_LOGIN = /^[A-Za-z0-9][A-Za-z0-9-]{0,38}(?:_[A-Za-z0-9]{1,16})?$/;
/** GitLab's and Forgejo's can have dots and underscores as well. */
const FREE_LOGIN = /^[A-Za-z0-9_][\w.-]{0,254}$/;

/** GitHub's dialect, which is also taken where nothing tells the forge. */
export const GITHUB: Dialect = {
  kind: 'github',
  name: 'GitHub',
  request: 'pull request',
  mark: '#',
  landingMarks: '#',
  login: GITHUB_LOGIN,
  tokenVariable: 'GITHUB_TOKEN',
  noReply: githubNoReply,
  pages: { commit: 'commit', compare: 'compare', pull: 'pull' },
};

/** How the forge on a host writes. */
export function dialectOf(kind: ForgeKind, host: string): Dialect {
  if (kind === 'gitlab') {
    return {
      kind,
      name: 'GitLab',
      request: 'merge request',
      mark: '!',
      // "(#12)" is an issue there.
      landingMarks: '!',
      reference: /!\d|\/merge_requests\/|\bmerge[ -]requests?\b|\bMRs?\b/i,
      login: FREE_LOGIN,
      tokenVariable: 'GITLAB_TOKEN',
      noReply: (email) => gitlabNoReply(email, host),
      pages: { commit: '-/commit', compare: '-/compare', pull: '-/merge_requests' },
    };
  }
  if (kind === 'forgejo') {
    return {
      kind,
      name: host === 'gitea.com' ? 'Gitea' : host === 'codeberg.org' ? 'Codeberg' : 'Forgejo',
      request: 'pull request',
      mark: '#',
      // With an issue tracker elsewhere it writes "(!12)".
      landingMarks: '#!',
      reference: /!\d/,
      login: FREE_LOGIN,
      tokenVariable: 'FORGEJO_TOKEN',
      noReply: (email) => forgejoNoReply(email, host),
      pages: { commit: 'commit', compare: 'compare', pull: 'pulls' },
    };
  }
  return GITHUB;
}
