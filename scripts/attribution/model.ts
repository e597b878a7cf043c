/** The roles of a credit, strongest first; the last three are listed apart and off by default. */
export const ROLES = [
  'author',
  'co-author',
  'source author',
  'diagnosis',
  'reporter',
  'reviewer',
] as const;
export type Role = (typeof ROLES)[number];

/** What makes somebody a contributor. */
export const CONTRIBUTOR_ROLES: readonly Role[] = ['author', 'co-author', 'source author'];

/** Who helped without being a contributor: listed apart, and only when asked for. */
export type HelperRole = Exclude<Role, 'author' | 'co-author' | 'source author'>;

export type Strength = 'strong' | 'weak';

/** Where a credit comes from: a commit or a pull request, and the line that says it. */
export interface Evidence {
  readonly sha?: string;
  readonly pr?: number;
  readonly line: string;
  readonly strength: Strength;
  /** A second opinion that differs, or another remark a reader must see. */
  readonly note?: string;
}

/** One role of one person. `evidence` is capped, `count` is not. */
export interface Credit {
  readonly role: Role;
  count: number;
  readonly evidence: Evidence[];
}

/** Why two identities were taken for one person. */
export interface Join {
  readonly what: string;
  readonly reason: string;
  readonly weak: boolean;
}

/** One human with everything that was joined to them. `login` is absent where none is known. */
export interface Person {
  readonly login?: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly emails: readonly string[];
  readonly logins: readonly string[];
  readonly joins: readonly Join[];
  readonly credits: readonly Credit[];
  /** What a reader must know of this identity: weak joins, namesakes. */
  readonly remarks: readonly string[];
}

/** A name and an address as somebody wrote them; either can be empty. */
export interface Ident {
  readonly name: string;
  readonly email: string;
}

/** An identity nothing could name, and a line that would settle it. */
export interface Unresolved {
  readonly kind: 'address' | 'name' | 'source pull request';
  readonly what: string;
  /** Somebody else of this very name, whom nothing joins to this identity. */
  readonly namesake?: string;
  readonly evidence: readonly Evidence[];
  /** Lines for the AUTHOR_MAP, ready to paste after LOGIN is put in. */
  readonly suggestion: string;
}

/** An entry of the contributor list: a handle, or a name where the entry has no handle. */
export interface Unearned {
  readonly handle?: string;
  readonly name?: string;
  readonly line: number;
}
