/** What somebody decided about one account of a chat platform. */
export interface AccountAnswer {
  /** The token itself; it goes into a file of its own. */
  readonly token?: string;
  readonly enabled?: boolean;
  readonly owners?: readonly string[];
  readonly allowed?: readonly string[];
  readonly groups?: 'addressed' | 'all';
  readonly threads?: boolean;
}

/** An agent under its name in the configuration, and the secret that goes with it. */
export interface AgentAnswer {
  readonly name: string;
  readonly options: Readonly<Record<string, unknown>> & { readonly type: string };
  readonly apiKey?: string;
}

/** What is to be in the configuration. What is absent stays as it is. */
export interface Answers {
  readonly agent?: AgentAnswer;
  readonly telegram?: AccountAnswer;
  readonly discord?: AccountAnswer;
  readonly busyMode?: string;
  readonly host?: string;
  /** What requests to the page must carry; needed where others can reach it. */
  readonly webToken?: string;
  readonly port?: number;
  /** Seconds. */
  readonly drainTimeout?: number;
}

export const ACCOUNTS = ['telegram', 'discord'] as const;
export type AccountPlatform = (typeof ACCOUNTS)[number];
