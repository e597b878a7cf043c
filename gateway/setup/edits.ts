import type { Path } from '../config/describe.ts';
import { ACCOUNTS, type AccountAnswer, type AccountPlatform, type Answers } from './answers.ts';

/** One key that is to have a value; `undefined`: that is not to be there. */
export interface Edit {
  readonly path: Path;
  readonly value: unknown;
}

/** A secret and the file it goes into, relative to the configuration. */
export interface SecretFile {
  /** The key that names the file. */
  readonly path: Path;
  readonly name: string;
  readonly secret: string;
}

export interface Plan {
  readonly edits: readonly Edit[];
  readonly secrets: readonly SecretFile[];
}

/** The configuration as it is, as far as the plan depends on it. */
export interface Present {
  /** Where one account of a platform is written: a section, or an item of a list. */
  readonly account: (platform: AccountPlatform) => Path;
  readonly has: (path: Path) => boolean;
}

/** Which keys and secret files the answers come to. Pure. */
export function planOf(answers: Answers, present: Present): Plan {
  const edits: Edit[] = [];
  const secrets: SecretFile[] = [];
  const set = (path: Path, value: unknown) => {
    if (value !== undefined) edits.push({ path, value });
  };
  /** A secret's file takes the place of a variable that held it. */
  const keep = (section: Path, key: string, name: string, secret: string | undefined) => {
    if (secret === undefined) return;
    const path = [...section, `${key}_file`];
    secrets.push({ path, name, secret });
    if (present.has([...section, `${key}_env`])) {
      edits.push({ path: [...section, `${key}_env`], value: undefined });
    }
    set(path, name);
  };

  const { agent } = answers;
  set(['agent', 'default'], agent?.name);
  set(['agent', 'restart_drain_timeout'], answers.drainTimeout);
  if (agent !== undefined) {
    const section = ['agents', agent.name];
    for (const [key, value] of Object.entries(agent.options)) set([...section, key], value);
    keep(section, 'api_key', `secrets/${agent.name}-api-key`, agent.apiKey);
  }
  set(['display', 'busy_input_mode'], answers.busyMode);
  set(['platforms', 'web', 'host'], answers.host);
  set(['platforms', 'web', 'port'], answers.port);
  keep(['platforms', 'web'], 'token', 'secrets/web-token', answers.webToken);
  for (const platform of ACCOUNTS) {
    const account: AccountAnswer | undefined = answers[platform];
    if (account === undefined) continue;
    const section = present.account(platform);
    keep(section, 'token', `secrets/${platform}-token`, account.token);
    set([...section, 'enabled'], account.enabled);
    set([...section, 'owners'], account.owners);
    set([...section, 'allowed'], account.allowed);
    set([...section, 'groups'], account.groups);
    set([...section, 'threads'], account.threads);
  }
  return { edits, secrets };
}
