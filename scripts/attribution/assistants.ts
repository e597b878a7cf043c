import data from './assistants.json' with { type: 'json' };
import type { Ident } from './model.ts';
import { githubNoReply, isGitlabTokenBot } from './noreply.ts';

/** What is left out: exact addresses, exact logins, and GitHub's numeric account ids. */
export interface AssistantList {
  readonly addresses: readonly string[];
  readonly logins: readonly string[];
  readonly ids?: readonly number[];
}

/** Decides who is an assistant or a bot. Nobody is, by a first name or a vendor's domain. */
export class Assistants {
  readonly #addresses: Set<string>;
  readonly #logins: Set<string>;
  readonly #ids: Set<number>;
  readonly #names = new Set(data.names.map((each) => each.toLowerCase()));

  constructor(extra: AssistantList = { addresses: [], logins: [] }) {
    const lower = (list: readonly string[]) => list.map((each) => each.toLowerCase());
    this.#addresses = new Set(lower([...data.addresses, ...extra.addresses]));
    this.#logins = new Set(lower([...data.logins, ...extra.logins]));
    this.#ids = new Set([...data.ids, ...(extra.ids ?? [])]);
  }

  /** Why this identity is left out, or undefined for a person. */
  reason(ident: Ident): string | undefined {
    const email = ident.email.toLowerCase();
    if (this.#addresses.has(email)) return `the address ${email} is on the list`;
    if (isGitlabTokenBot(email)) return `${email} is the bot of an access token`;
    const github = githubNoReply(email);
    if (github === undefined) {
      // A mailbox of its own that says so: `someapp[bot]@…`, or a bare `app[bot]` without one.
      if (/\[bot\]@/.test(email)) return 'a GitHub App writes it ([bot] in the address)';
      return email === '' ? this.#nameReason(ident.name) : undefined;
    }
    if (github.id !== undefined && this.#ids.has(github.id)) {
      return `GitHub account ${github.id} is on the list`;
    }
    // In the plain form the login can be forged, but nobody forges their way out of a list.
    return this.loginReason(github.login);
  }

  /** Of a name that stands without an address: a login, or a product with its version. */
  #nameReason(name: string): string | undefined {
    const product = name.replace(/[\s\d.]*(?:\([^()]*\))?$/, '').toLowerCase();
    if (this.#names.has(product)) return `"${name}" is the name of an assistant`;
    return this.loginReason(name.replace(/^@/, ''));
  }

  /** The same for a GitHub login. */
  loginReason(login: string): string | undefined {
    if (/\[bot\]$/i.test(login)) return `${login} is a GitHub App`;
    if (isGitlabTokenBot(login)) return `${login} is the bot of an access token`;
    if (!this.#logins.has(login.toLowerCase())) return undefined;
    return `the login ${login} is on the list`;
  }
}
