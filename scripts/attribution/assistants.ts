import data from './assistants.json' with { type: 'json' };
import type { Ident } from './model.ts';
import { githubNoReply, isGitlabTokenBot } from './noreply.ts';
import { Names } from './product-names.ts';

/** What is left out: exact addresses, exact logins, and GitHub's numeric account ids. */
export interface AssistantList {
  readonly addresses: readonly string[];
  readonly logins: readonly string[];
  readonly ids?: readonly number[];
}

/** One assistant, agent or bot of the list. */
interface Product {
  readonly product: string;
  readonly names?: readonly string[];
  readonly words?: readonly string[];
  /** Domains of its maker, where people have addresses as well. */
  readonly makers?: readonly string[];
  /** Domains that only machines write from. */
  readonly domains?: readonly string[];
  readonly addresses?: readonly string[];
  readonly logins?: readonly string[];
  readonly ids?: readonly number[];
  /** Where its entry was seen. */
  readonly source: string;
}

const PRODUCTS: readonly Product[] = data.products;

/** A mailbox that nobody reads, or that says to be a machine's. */
const MACHINE = /^(?:no-?reply|do-?not-?reply|bot|agent|ai|assistant|ai-agent)(?:\+.*)?$/;

/** Domains that can't receive mail: RFC 2606 and 6762, hosts without a dot, and what agents make up. */
const RESERVED =
  /^(?:[^.]*|(?:.*\.)?(?:invalid|local|localhost|localdomain|test|internal|agent|example(?:\.(?:com|net|org))?))$/;

/** The name that a person's computer gives itself: git makes an address of it. */
const DEVICE = /mac|mbp|imac|laptop|desktop|-pc\b/;

/** An account or mailbox that calls itself a machine: "jo-agent", "jo_bot", "ops+bot", "somebodysagent". */
const ACCOUNT = /[-_+](?:agent|bot|robot)$/i;

/** The same in one word, where the name is one as well: people with two are called so for fun. */
const ONE_WORD = /[a-z]{5}agent$/i;

/** A name that does: "jo-agent", "JoBot", "Jo (Agent) Doe". "Jo Bot" can be somebody's. */
const CALLED =
  /(?:[-_](?:[Aa]gent|[Bb]ot|[Rr]obot)|[a-z\d]Bot|^[A-Z\d]{2,} (?:Bot|Agent)|[Ss]ub-?agent)$|\((?:AI )?(?:[Aa]gent|[Bb]ot)\)/;

/** Work that names a machine and nobody's first name: "Release Agent", "CI Bot". */
const JOB =
  /^(?:release|deploy|build|ci|test|docs?|review|merge|auto|automation|update|sync|version|security|backport|changelog|translation|i18n|infra|dev|ops|code|git|github|gitlab)\b.*\b(?:agent|bot|robot)$/i;

/**
 * Decides who is an assistant or a bot, and who may be one. Nobody is, by a first name or by a
 * company's domain. Three answers: an assistant has a `reason` and is left out; who is suspected has
 * a `suspicion` and is credited until somebody decides; anybody else is a person.
 */
export class Assistants {
  readonly #addresses = new Map<string, string>();
  readonly #logins = new Map<string, string>();
  readonly #ids = new Map<number, string>();
  readonly #domains = new Map<string, string>();
  readonly #makers = new Set<string>();
  readonly #names = new Names(PRODUCTS);

  constructor(extra: AssistantList = { addresses: [], logins: [] }) {
    for (const each of PRODUCTS) this.#add(each.product, each);
    this.#add(undefined, extra);
    for (const { product, makers = [], domains = [] } of PRODUCTS) {
      for (const domain of makers) this.#makers.add(domain);
      for (const domain of domains) this.#domains.set(domain, product);
    }
  }

  #add(product: string | undefined, list: Partial<AssistantList>): void {
    const of = product === undefined ? '' : ` (${product})`;
    for (const each of list.addresses ?? []) this.#addresses.set(each.toLowerCase(), of);
    for (const each of list.logins ?? []) this.#logins.set(each.toLowerCase(), of);
    for (const each of list.ids ?? []) this.#ids.set(each, of);
  }

  /** Why this identity is left out, or undefined for a person or a suspect. */
  reason(ident: Ident): string | undefined {
    const email = ident.email.toLowerCase();
    const listed = this.#addresses.get(email);
    if (listed !== undefined) return `the address ${email} is on the list${listed}`;
    if (isGitlabTokenBot(email)) return `${email} is the bot of an access token`;
    const github = githubNoReply(email);
    if (github !== undefined) {
      const known = github.id === undefined ? undefined : this.#ids.get(github.id);
      if (known !== undefined) return `GitHub account ${github.id} is on the list${known}`;
      // In the plain form the login can be forged, but nobody forges their way out of a list.
      return this.loginReason(github.login);
    }
    // A mailbox of its own that says so: `someapp[bot]@…`, or a bare `app[bot]` without one.
    if (/\[bot\]@/.test(email)) return 'a GitHub App writes it ([bot] in the address)';
    if (email === '') {
      const byLogin = this.loginReason(ident.name.replace(/^@/, ''));
      if (byLogin !== undefined) return byLogin;
    }
    return this.#mailboxReason(ident, email);
  }

  /** By what stands before and behind the @, together with the name. */
  #mailboxReason({ name }: Ident, email: string): string | undefined {
    const { local, domain } = split(email);
    const machines = this.#domains.get(domain);
    if (machines !== undefined) return `only machines write from ${domain} (${machines})`;
    const kind = this.#names.kind(name);
    if (this.#isMaker(domain)) {
      if (/^no-?reply\b/.test(local))
        return `nobody reads ${email}, and an assistant's maker has it`;
      const mailbox = this.#names.kind(local.replace(/^.*\+/, ''));
      if (mailbox === 'product' && kind !== undefined)
        return `the mailbox ${email} has a product's name`;
      if ((mailbox === 'word' || MACHINE.test(local)) && kind !== undefined)
        return `"${name}" at its maker's ${domain}`;
      return undefined;
    }
    if (kind === undefined || kind === 'word') return undefined;
    if (email === '') return `"${name}" is the name of an assistant`;
    if (isReserved(domain)) return `"${name}" at ${domain}, which no mail can reach`;
    if (kind === 'product' && MACHINE.test(local))
      return `"${name}" at ${email}, a machine's mailbox`;
    return undefined;
  }

  /** A maker's domain, or a host of it. */
  #isMaker(domain: string): boolean {
    const parent = domain.slice(domain.indexOf('.') + 1);
    return this.#makers.has(domain) || this.#makers.has(parent);
  }

  /**
   * Why somebody whom `reason` says nothing of may be a machine all the same, or undefined for a
   * person.
   */
  suspicion(ident: Ident): string | undefined {
    const email = ident.email.toLowerCase();
    const { local, domain } = split(email);
    const login = githubNoReply(email)?.login;
    const kind = this.#names.kind(ident.name);
    if (kind === 'product')
      return `"${ident.name}" is the name of an assistant, but the address is not one's`;
    if (kind === 'generic') return `"${ident.name}" is no person's name`;
    if (kind === 'word' && (email === '' || isReserved(domain) || MACHINE.test(local)))
      return `"${ident.name}" is the name of a product and of people, without an address that tells`;
    const account = login ?? local;
    const short = !/\s/.test(ident.name.trim());
    if (ACCOUNT.test(account) || (short && ONE_WORD.test(account)))
      return `the account "${account}" calls itself a machine`;
    if (CALLED.test(ident.name) || JOB.test(ident.name))
      return `"${ident.name}" calls itself a machine`;
    return undefined;
  }

  /** Why a login is left out. */
  loginReason(login: string): string | undefined {
    if (/\[bot\]$/i.test(login)) return `${login} is a GitHub App`;
    if (isGitlabTokenBot(login)) return `${login} is the bot of an access token`;
    const listed = this.#logins.get(login.toLowerCase());
    return listed === undefined ? undefined : `the login ${login} is on the list${listed}`;
  }
}

function split(email: string): { local: string; domain: string } {
  const at = email.lastIndexOf('@');
  return at === -1
    ? { local: '', domain: '' }
    : { local: email.slice(0, at), domain: email.slice(at + 1) };
}

function isReserved(domain: string): boolean {
  return domain !== '' && RESERVED.test(domain) && !DEVICE.test(domain);
}
