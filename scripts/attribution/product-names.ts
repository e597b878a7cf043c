import { plain } from './identities.ts';

/** The names of a product as trailers write them. */
export interface ProductNames {
  readonly product: string;
  /** Names that nobody has: "GitHub Copilot", "opencode". */
  readonly names?: readonly string[];
  /** Names that are also a person's, or a word: "Claude", "Goose". Alone they prove nothing; a second sign is needed. */
  readonly words?: readonly string[];
}

/**
 * What a name is: a `product` whatever stands beside it, a `word` that is a product's name and a
 * person's, `generic` as "AI Assistant", or undefined for any other name.
 */
export type NameKind = 'product' | 'word' | 'generic' | undefined;

/** What stands before or behind a product's name: none of it makes a product by itself. */
const BEFORE = new Set(
  `ai the anthropic openai google github microsoft gitlab jetbrains amazon aws xai moonshot alibaba
  block sourcegraph factory charm nous meta`.split(/\s+/),
);
const AFTER = new Set(
  `ai agent agents assistant bot cli code coder codex app ide model instant thinking preview latest
  opus sonnet haiku fable mythos pro max ultra flash lite mini nano turbo plus spark oss instruct
  developer`.split(/\s+/),
);

/** What models are called besides: words that say nothing behind a name that is also a person's. */
const VARIANT = new Set('luna sol terra fast high low medium xhigh build exp chat'.split(' '));

/** A version, a size of a model or of its context: "4.6", "v2", "K2", "27b", "1M". */
const VERSION = /^(?:[vkmr]?\d+[a-z]?|\d+x\d+b)$/;

const GENERIC = /^(?:the )?(?:ai|llm|coding) (?:coding )?(?:agent|assistant|bot)$/;

/** What stands before the tool that carried it: "Codex via Zed", "Cline · Kimi K3", "Amp (beta)". */
const BEHIND = /\s*(?:[([{:·|/+,;—–]|\s-\s|\b(?:via|using|with|through|in|on)\s).*$/;

/** Before the product: "AI-assisted: Copilot", "AI-assisted (Claude Sonnet 4.6)". */
const ASSISTED = /^ai[- ]?(?:assisted|generated|authored)(?:[- ]by)?[\s:([—–-]*/;

/** Tells products' names, whatever version stands in them. */
export class Names {
  readonly #names = new Set<string>();
  readonly #words = new Set<string>();
  /** What the name of a product can begin with: nearly nobody's does. */
  readonly #first = new Set(['ai', ...[...BEFORE].map(firstLetters)]);

  constructor(products: readonly ProductNames[]) {
    for (const { names = [], words = [] } of products) {
      for (const name of names) this.#names.add(key(name));
      for (const word of words) this.#words.add(key(word));
    }
    for (const each of [...this.#names, ...this.#words]) this.#first.add(firstLetters(each));
  }

  kind(written: string): NameKind {
    if (!this.#first.has(firstLetters(written).toLowerCase())) return undefined;
    const text = plain(written)
      .toLowerCase()
      .replace(/^[^\p{L}\p{N}(@[{]+/u, '');
    const assisted = ASSISTED.exec(text)?.[0].length ?? 0;
    // A name in brackets is the name; brackets behind one are a remark.
    const name = text.slice(assisted).replace(/^[([{@\s]+/, '');
    const head = name.replace(BEHIND, '').replace(/[\])}\s]+$/, '');
    if (assisted > 0 && head === '') return 'generic';
    const kind = this.#headKind(head);
    if (kind !== 'word') return kind;
    if (assisted > 0) return 'product';
    const tail = /[([{:·|/+—–]\s*([^\])}]+)|\b(?:via|using|with|through)\s+(.+)$/.exec(
      name.slice(head.length),
    );
    const parts = (tail?.[1] ?? tail?.[2] ?? '').split(/[/,|·]/);
    const carried = parts.some((part) => this.#headKind(part.trim()) !== undefined);
    return carried ? 'product' : 'word';
  }

  #headKind(head: string): NameKind {
    if (head === '' || head.length > 60) return undefined;
    const whole = key(head);
    if (this.#names.has(whole)) return 'product';
    if (this.#words.has(whole)) return 'word';
    if (GENERIC.test(whole)) return 'generic';
    const rest = whole.split(' ').filter((part) => !VERSION.test(part));
    const bare = rest.join(' ');
    const versioned = bare.length < whole.length;
    if (versioned && (this.#names.has(bare) || this.#words.has(bare))) return 'product';
    let product = false;
    let word = 0;
    let beside = 0;
    for (let at = 0; at < rest.length; at += 1) {
      const two = `${rest[at]} ${rest[at + 1] ?? ''}`;
      if (this.#names.has(two)) {
        product = true;
        at += 1;
      } else if (this.#names.has(rest[at]!)) product = true;
      else if (this.#words.has(rest[at]!)) word += 1;
      else if ((product || word > 0 ? AFTER : BEFORE).has(rest[at]!)) beside += 1;
      else if (product && VARIANT.has(rest[at]!)) beside += 1;
      // Anything else is part of somebody's or something else's name.
      else return undefined;
    }
    return product || (word > 0 && (beside > 0 || word > 1)) ? 'product' : undefined;
  }
}

/** A name in words and numbers: "GPT-5.2-Codex" and "gpt 5.2 codex" are one, "Qwen3" is "qwen 3". */
function key(name: string): string {
  if (/^[a-z ]+$/.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(\p{L}{2,})(\d)/gu, '$1 $2')
    .split(/[\s\-_./@]+/u)
    .filter((part) => part !== '')
    .join(' ');
}

/** The letters a name begins with: "[Claude Code 2]" begins with "Claude". */
function firstLetters(name: string): string {
  return (/[a-z]+/i.exec(name) ?? /\p{L}+/u.exec(name))?.[0] ?? '';
}
