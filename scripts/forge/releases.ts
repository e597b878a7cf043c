/** A release as a forge has it. */
export interface Release {
  /** What it is updated by. */
  readonly id: number;
  readonly body: string;
  readonly url: string;
  /** Written, but not shown to the public yet. */
  readonly draft: boolean;
}

/** The releases of a forge, as far as publishing needs them. */
export interface Releases {
  /** The release of a tag, a draft too; undefined where there is none. */
  find(tag: string): Promise<Release | undefined>;
  /** @returns the address of its page */
  create(release: { tag: string; body: string }): Promise<string>;
  /** Puts new words into a release; a draft is published by it. */
  update(release: Release, tag: string, body: string): Promise<string>;
}

/** A release as GitHub and Forgejo both write it. */
export interface WrittenRelease {
  readonly id: number;
  readonly body?: string | null;
  readonly html_url: string;
  readonly draft: boolean;
}

export function releaseFrom({ id, body, html_url: url, draft }: WrittenRelease): Release {
  return { id, body: body ?? '', url, draft };
}
