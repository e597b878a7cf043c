import type { AuthorMap } from './author-map.ts';
import { type Dialect, GITHUB } from './dialect.ts';
import type { Ident, Join } from './model.ts';

/** Everything that was joined to one human. */
export interface Identity {
  readonly key: string;
  readonly login?: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly emails: readonly string[];
  readonly logins: readonly string[];
  readonly joins: readonly Join[];
}

interface Group {
  login?: string;
  /** A login of the AUTHOR_MAP or of a numbered address is not overruled by a weaker one. */
  loginRank: number;
  readonly names: string[];
  readonly emails: string[];
  readonly logins: string[];
  readonly joins: Join[];
}

const RANK = { map: 4, forge: 3, numbered: 2, written: 1, plain: 0 } as const;

/**
 * Joins names, addresses and logins into people, each join with its reason. Never by a display
 * name alone. Order of trust: .mailmap (done by git), the AUTHOR_MAP, numbered noreply
 * addresses, GitHub's word, the same address or login whatever its case.
 */
export class Identities {
  readonly #parent = new Map<string, string>();
  readonly #groups = new Map<string, Group>();
  readonly #mapNames = new Map<string, string>();
  readonly #dialect: Dialect;

  /** @param dialect of the forge whose accounts people are known by */
  constructor(map: AuthorMap, dialect: Dialect = GITHUB) {
    this.#dialect = dialect;
    for (const entry of map.people) {
      const login = this.login(entry.login, RANK.map);
      for (const address of entry.addresses) {
        this.#join(this.#email(address), login, `AUTHOR_MAP: ${address} is ${entry.login}`);
      }
      for (const name of entry.names) this.#mapNames.set(name.toLowerCase(), entry.login);
    }
  }

  /** Takes in an identity and gives its key. Call once per distinct name and address. */
  add(ident: Ident, raw?: Ident): string {
    const name = plain(ident.name);
    if (ident.email === '') return this.#bare(name);
    const key = this.#email(ident.email);
    const group = this.#groupOf(key);
    addOnce(group.names, name);
    if (raw !== undefined && raw.email.toLowerCase() !== ident.email.toLowerCase()) {
      addOnce(group.emails, raw.email);
      group.joins.push({
        what: raw.email,
        reason: `.mailmap: ${raw.name} <${raw.email}> is ${ident.name} <${ident.email}>`,
        weak: false,
      });
    }
    const account = this.#dialect.noReply(ident.email);
    if (account === undefined) return key;
    const numbered = account.id !== undefined;
    const login = this.login(account.login, numbered ? RANK.numbered : RANK.plain);
    if (numbered) {
      const id = `id:${account.id}`;
      this.#ensure(id);
      const reason = `${this.#dialect.name} account ${account.id} was seen as ${account.login}`;
      this.#join(login, id, reason);
      this.#join(key, login, `noreply address with the account's number: ${ident.email}`);
    } else {
      const reason = `plain noreply address, which anybody can write: ${ident.email}`;
      this.#join(key, login, reason, true);
    }
    return key;
  }

  /** Takes in a login; gives its key. */
  login(login: string, rank: number = RANK.written): string {
    const key = `login:${login.toLowerCase()}`;
    const group = this.#groupOf(this.#ensure(key));
    addOnce(group.logins, login);
    if (group.login === undefined || rank > group.loginRank) {
      group.login = login;
      group.loginRank = rank;
    }
    return key;
  }

  /** The forge says that the commits of this address are by this account. */
  fromForge(email: string, login: string, evidence: string): void {
    this.#join(
      this.#email(email),
      this.login(login, RANK.forge),
      `${this.#dialect.name}: ${evidence} is by ${login}`,
    );
  }

  /** The person behind a key. */
  of(key: string): Identity {
    const root = this.#root(this.#ensure(key));
    const group = this.#groups.get(root)!;
    const name = group.names[0] ?? group.login ?? key.slice(key.indexOf(':') + 1);
    return {
      key: root,
      ...(group.login === undefined ? {} : { login: group.login }),
      name,
      names: group.names,
      emails: group.emails,
      logins: group.logins,
      joins: group.joins,
    };
  }

  #bare(name: string): string {
    const mapped = this.#mapNames.get(name.replace(/^@/, '').toLowerCase());
    if (mapped !== undefined) {
      const key = this.login(mapped);
      const group = this.#groupOf(key);
      addOnce(group.names, name);
      const reason = `AUTHOR_MAP: the name ${name} is ${mapped}`;
      if (!group.joins.some((join) => join.reason === reason)) {
        group.joins.push({ what: name, reason, weak: false });
      }
      return key;
    }
    const login = name.replace(/^@/, '');
    if (this.#dialect.login.test(login)) return this.login(login);
    const key = this.#ensure(`name:${name.toLowerCase()}`);
    addOnce(this.#groupOf(key).names, name);
    return key;
  }

  #email(email: string): string {
    const key = this.#ensure(`email:${email.toLowerCase()}`);
    const group = this.#groupOf(key);
    const same = group.emails.find((each) => each.toLowerCase() === email.toLowerCase());
    if (same === undefined) group.emails.push(email);
    else if (same !== email && !group.emails.includes(email)) {
      group.emails.push(email);
      group.joins.push({
        what: email,
        reason: `the same address as ${same} but for its case`,
        weak: false,
      });
    }
    return key;
  }

  #ensure(key: string): string {
    if (!this.#parent.has(key)) {
      this.#parent.set(key, key);
      this.#groups.set(key, { loginRank: -1, names: [], emails: [], logins: [], joins: [] });
    }
    return key;
  }

  #root(key: string): string {
    let root = key;
    for (let up = this.#parent.get(root)!; up !== root; up = this.#parent.get(root)!) root = up;
    this.#parent.set(key, root);
    return root;
  }

  #groupOf(key: string): Group {
    return this.#groups.get(this.#root(key))!;
  }

  #join(from: string, to: string, reason: string, weak = false): void {
    const [a, b] = [this.#root(from), this.#root(to)];
    if (a === b) return;
    const [gone, kept] = [this.#groups.get(a)!, this.#groups.get(b)!];
    kept.joins.push(...gone.joins, { what: from.slice(from.indexOf(':') + 1), reason, weak });
    for (const field of ['names', 'emails', 'logins'] as const) {
      for (const each of gone[field]) addOnce(kept[field], each);
    }
    if (gone.login !== undefined && gone.loginRank > kept.loginRank) {
      kept.login = gone.login;
      kept.loginRank = gone.loginRank;
    }
    this.#groups.delete(a);
    this.#parent.set(a, b);
  }
}

function addOnce(list: string[], text: string): void {
  if (text !== '' && !list.includes(text)) list.push(text);
}

/** A name without the marks that only turn the writing direction or can't be seen. */
export function plain(name: string): string {
  return name.replace(/[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '').trim();
}

const LOOKALIKE: Record<string, string> = {
  а: 'a',
  с: 'c',
  е: 'e',
  һ: 'h',
  і: 'i',
  ј: 'j',
  о: 'o',
  р: 'p',
  ѕ: 's',
  у: 'y',
  х: 'x',
  А: 'A',
  В: 'B',
  С: 'C',
  Е: 'E',
  Н: 'H',
  І: 'I',
  К: 'K',
  М: 'M',
  О: 'O',
  Р: 'P',
  Т: 'T',
  Х: 'X',
  α: 'a',
  ο: 'o',
  ν: 'v',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Χ: 'X',
};

/** What a name looks like; two names that look alike are shown, never joined. */
export function looks(name: string): string {
  // Most names: nothing in them looks like anything else.
  if (/^[ -~]*$/.test(name)) return name.trim().toLowerCase();
  let text = '';
  for (const letter of plain(name).normalize('NFKC')) text += LOOKALIKE[letter] ?? letter;
  return text.toLowerCase();
}
