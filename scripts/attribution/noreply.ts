/** The account that a forge's noreply address names. */
export interface NoReply {
  readonly login: string;
  /** Absent in the plain form, whose local part anybody can write. */
  readonly id?: number;
}

const GITHUB = /^(?:(\d+)\+)?([a-z\d][\w-]*(?:\[bot\])?)@users\.noreply\.github\.com$/i;
const GITLAB = /^(?:(\d+)-)?([a-z\d_][\w.-]*)@users\.noreply\.([a-z\d.-]+)$/i;
const FORGEJO = /^(?:(\d+)\+)?([a-z\d_][\w.-]*)@noreply\.([a-z\d.-]+)$/i;

/** Reads GitHub's noreply addresses, with and without the account's number. */
export function githubNoReply(email: string): NoReply | undefined {
  return found(GITHUB.exec(email));
}

/**
 * Reads `12345-login@users.noreply.gitlab.com`, of a server of its own likewise. Without a number in
 * front the address is not GitLab's own.
 */
export function gitlabNoReply(email: string, host: string): NoReply | undefined {
  const match = GITLAB.exec(email);
  return match?.[1] !== undefined && isHost(match[3], host) ? found(match) : undefined;
}

/** Reads Forgejo's `login@noreply.codeberg.org` and Gitea's `12+login@noreply.gitea.com`. */
export function forgejoNoReply(email: string, host: string): NoReply | undefined {
  const match = FORGEJO.exec(email);
  return isHost(match?.[3], host) ? found(match) : undefined;
}

/** gitea.com gives addresses of its former domain as well. */
const FORMER: Readonly<Record<string, string>> = { 'gitea.io': 'gitea.com' };

function isHost(written: string | undefined, host: string): boolean {
  const domain = written?.toLowerCase() ?? '';
  return (FORMER[domain] ?? domain) === host.toLowerCase().replace(/:\d+$/, '');
}

function found(match: RegExpExecArray | null): NoReply | undefined {
  if (match === null) return undefined;
  const login = match[2]!;
  return match[1] === undefined ? { login } : { login, id: Number(match[1]) };
}

/**
 * The account that GitLab makes for a project's or a group's access token, by its name or its
 * address: `project_12_bot_0a1b`, `group_7_bot_0a1b@noreply.gitlab.com`.
 */
export function isGitlabTokenBot(text: string): boolean {
  return /^(?:project|group)_\d+_bot\d*(?:_[\da-f]+)?(?:@noreply\.|$)/i.test(text);
}
